"""A certificate authority that lives as long as its process, and a service account that exists nowhere.

Keys are made when they are first asked for, because cryptography takes long to import. ``*`` in a certificate's name stands for
one label only, so that each deeper name, such as aiplatform.us.rep.googleapis.com, gets a certificate when a client first asks to
be connected to it.
"""

from __future__ import annotations

import json
import ssl
from functools import cached_property, lru_cache
from threading import RLock
from typing import TYPE_CHECKING

from jobstates.errors import MissingExtra

if TYPE_CHECKING:
    import trustme

NAMES = ("localhost", "127.0.0.1", "::1", "*.googleapis.com")
LABELS = 2
"""Dots in names that a wildcard covers."""
PROTOCOLS = ["http/1.1", "h2"]
"""In the order we like them: whoever offers both speaks REST, since a gRPC client offers h2 only."""
KEY_BITS = 1024
"""Nobody checks what is signed with the key, and one of this size is made ten times faster than a safe one."""
PUBLIC_EXPONENT = 65537


class Authority:
    """Vouches for the names that a port answers to; ``names`` adds some to localhost and Google's."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        self._names = (*NAMES, *names)
        self._lock = RLock()
        self._of_names = lru_cache(maxsize=256)(self._issue)

    @property
    def ca_pem(self) -> bytes:
        """The certificate that clients are to trust."""
        with self._lock:
            return self._ca.cert_pem.bytes()

    @cached_property
    def _ca(self) -> trustme.CA:
        try:
            import trustme  # noqa: PLC0415  # costs 100 ms, and most ports never speak TLS
        except ModuleNotFoundError as error:
            raise MissingExtra("emulator", "trustme") from error
        return trustme.CA(organization_name="jobstates emulator")

    def context(self, host: str = "") -> ssl.SSLContext:
        """How a server speaks TLS as any of the names, or as a deeper ``host`` of Google's.

        Raises:
            ValueError: when there can be no host of that name.
        """
        names = (host,) if host.count(".") > LABELS else self._names
        with self._lock:
            return self._of_names(*names)

    def _issue(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(PROTOCOLS)
        self._ca.issue_cert(*names).configure_cert(context)
        return context


def service_account(project: str, token_uri: str) -> str:
    """The JSON of a credentials file of a made-up service account, with a key of its own.

    Args:
        project: the project it is of.
        token_uri: where a client gets a token for it.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  # as above
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    key = rsa.generate_private_key(PUBLIC_EXPONENT, KEY_BITS)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return json.dumps(
        {
            "type": "service_account",
            "project_id": project,
            "private_key_id": "0" * 40,
            "private_key": pem.decode(),
            "client_email": f"emulator@{project}.iam.gserviceaccount.com",
            "client_id": "0" * 21,
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": token_uri,
            "universe_domain": "googleapis.com",
        }
    )
