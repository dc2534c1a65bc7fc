"""Who pushes: the OIDC tokens with which Eventarc and Pub/Sub sign what they send, checked by Google's own library.

Google's public keys are fetched when they are needed and kept for as long as the answer allows.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from jobstates.errors import MissingExtra

try:
    import requests
    from cachecontrol import CacheControl
    from google.auth.exceptions import TransportError
    from google.auth.transport.requests import Request
    from google.oauth2.id_token import verify_token
except ImportError as error:
    raise MissingExtra("push", "google-auth, requests and cachecontrol") from error

KEYS = "https://www.googleapis.com/oauth2/v1/certs"
ISSUERS = ("https://accounts.google.com", "accounts.google.com")
TIMEOUT = 10.0
"""Seconds that fetching the keys may take."""


class GoogleToken:
    """Checks that a token is Google's, is meant for us, and is of the service account that we expect.

    Args:
        audience: what the subscription or trigger names as the audience: by default, the address that is pushed to.
        email: the service account that signs. Without it anyone with a Google account can push, so leave it out only where
            something before the receiver keeps others away.
        keys: where the issuer publishes its certificates by key id.
    """

    def __init__(self, audience: str, *, email: str | None = None, keys: str = KEYS) -> None:
        self._audience, self._email, self._keys = audience, email, keys
        self._request: Any = partial(Request(CacheControl(requests.Session())), timeout=TIMEOUT)

    def __call__(self, token: str) -> None:
        """Check a token. Blocks while keys are fetched.

        Raises:
            ValueError: when the token is not good.
            PermissionError: when it is, and somebody else's.
            google.auth.exceptions.TransportError: when the keys cannot be had, so that nobody knows.
        """
        try:
            claims = verify_token(token, self._request, audience=self._audience, certs_url=self._keys)
        except TransportError:
            raise
        except Exception as error:
            raise ValueError(f"the token is not good: {error}") from error
        if claims.get("iss") not in ISSUERS:
            raise ValueError(f"the token is issued by {claims.get('iss')!r}")
        if self._email and not (claims.get("email") == self._email and claims.get("email_verified") is True):
            raise PermissionError(f"the token is of {claims.get('email')!r}")
