"""A real server on loopback, on which tests put applications, and Google's certificates as an issuer publishes them."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt

if TYPE_CHECKING:
    from collections.abc import Iterator

AUDIENCE = "https://receiver.example/jobs"
SENDER = "eventarc@my-project.iam.gserviceaccount.com"


class Site:
    """Applications by path. The server's own life is that of the last one put on it."""

    def __init__(self) -> None:
        self.address = ""
        self._applications: dict[str, Any] = {}

    def put(self, application: Any) -> str:
        """Put an application on the site; its address."""
        path = f"/{len(self._applications)}"
        self._applications[path] = application
        return self.address + path

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._applications[scope["path"]](scope, receive, send)


@contextmanager
def serving(application: Any, lifespan: Any = "off") -> Iterator[str]:
    """A server for an application, in a thread of its own; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(application, lifespan=lifespan, log_config=None, ws="none", http="h11", loop="asyncio")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


class Issuer:
    """Signs tokens, and publishes the certificate to check them by."""

    def __init__(self, key_id: str = "k1") -> None:
        self._key_id = key_id
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        self._signer = crypt.RSASigner.from_string(pem, key_id)  # type: ignore[no-untyped-call]  # typed in parts
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")])
        builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        day, today = timedelta(days=1), datetime.now(UTC)
        signed = builder.not_valid_before(today - day).not_valid_after(today + day).sign(key, hashes.SHA256())
        self._certificate = signed.public_bytes(serialization.Encoding.PEM).decode()
        self.status = 200
        self.fetched = 0

    def token(self, **claims: Any) -> str:
        """A token that is good, but for what is said otherwise."""
        now = int(time.time())
        said = {
            "iss": "https://accounts.google.com", "aud": AUDIENCE, "iat": now - 60, "exp": now + 3600,
            "email": SENDER, "email_verified": True,
        }  # fmt: skip
        token: bytes = jwt.encode(self._signer, said | claims)  # type: ignore[no-untyped-call]  # as above
        return token.decode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.fetched += 1
        body = json.dumps({self._key_id: self._certificate}).encode()
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"public, max-age=20000")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def post(address: str, body: bytes = b"", headers: dict[str, str] | None = None, token: str | None = None) -> httpx.Response:
    """What the server answers."""
    signed = {} if token is None else {"authorization": f"Bearer {token}"}
    return httpx.post(address, content=body, headers={**(headers or {}), **signed})
