"""What unmodified code needs around it to end up at the emulator: two files, and environment variables.

The files are throwaway secrets of this process: nobody else trusts or checks them. They are the only thing the emulator writes,
and they go when it stops.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from jobstates.emulator.port import service_account

if TYPE_CHECKING:
    from jobstates.emulator.emulator import Emulator

CERTIFICATES = (
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",  # gRPC
    "REQUESTS_CA_BUNDLE",  # requests
    "CURL_CA_BUNDLE",  # curl
    "HTTPLIB2_CA_CERTS",  # the discovery client
    "SSL_CERT_FILE",  # Python's ssl, aiohttp among others
    "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE",  # gcloud
)
"""The variables by which clients learn whom to trust."""


class Surroundings:
    """The files and variables of one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    @cached_property
    def _folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="jobstates-emulator-"))

    @cached_property
    def ca(self) -> Path:
        """A file with the certificate to trust."""
        file = self._folder / "ca.pem"
        file.write_bytes(self._emulator.authority.ca_pem)
        return file

    @cached_property
    def credentials(self) -> Path:
        """A file of credentials as a service account has them."""
        file = self._folder / "credentials.json"
        file.touch(mode=0o600)
        file.write_text(service_account("project", f"{self._emulator.url}/token"), encoding="utf-8")
        return file

    def environment(self, project: str) -> dict[str, str]:
        """The variables: proxy, trust, credentials."""
        proxy = self._emulator.url
        return {
            "https_proxy": proxy,
            "HTTPS_PROXY": proxy,
            "grpc_proxy": proxy,
            **dict.fromkeys(("no_proxy", "NO_PROXY", "no_grpc_proxy"), ""),
            **dict.fromkeys(CERTIFICATES, str(self.ca)),
            "GOOGLE_APPLICATION_CREDENTIALS": str(self.credentials),
            "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE": str(self.credentials),
            "GOOGLE_CLOUD_PROJECT": project,
            "NO_GCE_CHECK": "true",
        }

    def remove(self) -> None:
        """Remove the files."""
        if "_folder" in self.__dict__:
            shutil.rmtree(self._folder, ignore_errors=True)
        for name in ("_folder", "ca", "credentials"):
            self.__dict__.pop(name, None)
