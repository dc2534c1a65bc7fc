"""TLS, and the tunnels through which clients with nothing but their environment changed come to the port."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import google.auth
import httplib2
import pytest
import requests
from google.oauth2.service_account import Credentials

from jobstates.emulator.port import Authority, service_account
from tests.emulator.port.support import BACKSTOP, ECHO, call, connect, heard, said

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from jobstates.emulator.port import Port

HOSTS = ["dataflow.googleapis.com", "us-central1-aiplatform.googleapis.com", "aiplatform.us.rep.googleapis.com"]


@pytest.fixture
def proxies(port: Port) -> dict[str, str]:
    return {"https": f"http://{port.host}:{port.port}"}


def shaken(authority: Authority, sock: socket.socket, name: str, offered: list[str]) -> ssl.SSLSocket:
    context = ssl.create_default_context(cadata=authority.ca_pem.decode())
    if offered:
        context.set_alpn_protocols(offered)
    return context.wrap_socket(sock, server_hostname=name)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_requests_may_go_through_tls(port: Port, ca: str, host: str) -> None:
    answer = requests.post(f"https://{host}:{port.port}/body", b"x" * 100_000, verify=ca, timeout=BACKSTOP)
    assert answer.content == b"x" * 100_000


def test_httplib2_may_go_through_tls(port: Port, ca: str) -> None:
    with closing(httplib2.Http(ca_certs=ca, timeout=BACKSTOP)) as client:
        head, _ = client.request(f"https://localhost:{port.port}/")
    assert head.status == 200


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [(["h2"], "h2"), (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), ([], None), (["spdy/3"], None)],
)
def test_who_offers_only_h2_speaks_grpc(port: Port, authority: Authority, offered: list[str], agreed: str | None) -> None:
    with shaken(authority, connect(port), "localhost", offered) as sock:
        assert sock.selected_alpn_protocol() == agreed


@pytest.mark.parametrize("name", ["localhost", *HOSTS[:2]])
def test_every_name_has_a_certificate(port: Port, authority: Authority, name: str) -> None:
    with shaken(authority, connect(port), name, []) as sock:
        assert sock.version()


def test_a_deeper_name_has_one_for_who_tunnels_to_it(port: Port, authority: Authority) -> None:
    for _ in range(2):
        with connect(port) as sock:
            sock.sendall(b"CONNECT A.b.c.googleapis.com:443 HTTP/1.1\r\n\r\n")
            assert sock.recv(100).startswith(b"HTTP/1.1 200 ")
            with shaken(authority, sock, "a.b.c.googleapis.com", []) as secured:
                assert secured.version()


@pytest.mark.parametrize("label", ["x" * 64, "-a", "xn--a", "a--b"])
def test_a_tunnel_to_a_name_that_cannot_be_leads_nowhere(port: Port, authority: Authority, label: str) -> None:
    with connect(port) as sock:
        sock.sendall(f"CONNECT {label}.b.googleapis.com:443 HTTP/1.1\r\n\r\n".encode())
        assert sock.recv(100).startswith(b"HTTP/1.1 200 ")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            shaken(authority, sock, "localhost", [])
    assert call(port, ECHO, b"job") == b"job"


def test_a_stranger_s_name_has_none(port: Port, authority: Authority) -> None:
    with connect(port) as sock, pytest.raises(ssl.SSLCertVerificationError):
        shaken(authority, sock, "example.com", [])


def test_other_names_can_be_vouched_for(port: Port) -> None:
    assert ssl.create_default_context(cadata=Authority(("emulator.test",)).ca_pem.decode()).get_ca_certs()


def test_a_reset_through_tls_is_a_connection_error(port: Port, ca: str) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(f"https://localhost:{port.port}/reset", verify=ca, timeout=BACKSTOP)


@pytest.mark.parametrize("host", HOSTS)
def test_a_tunnel_to_google_leads_here(ca: str, proxies: dict[str, str], host: str) -> None:
    told = requests.get(f"https://{host}/v1/jobs", proxies=proxies, verify=ca, timeout=BACKSTOP).json()
    assert (told["target"], told["headers"]["host"]) == ("/v1/jobs", host)


@pytest.mark.parametrize(
    "target",
    ["example.com:443", "googleapis.com.example.com:443", "evilgoogleapis.com:443", "a.googleapis.com:80", "[::1]:443", "x"],
)
def test_no_other_tunnel_is_granted_and_the_status_line_says_why(port: Port, target: str) -> None:
    head, _, body = said(port, f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n".encode()).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 403 No tunnel to {target}: only port 443".encode())
    assert json.loads(body)["error"]["status"] == "PERMISSION_DENIED"


def test_what_is_said_through_a_tunnel_is_looked_at_again(port: Port) -> None:
    connecting = b"CONNECT a.googleapis.com:443 HTTP/1.1\r\nhost: a.googleapis.com:443\r\n\r\n"
    answer = said(port, connecting, connecting + b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\n" * 2 + b"HTTP/1.1 200 ")


def test_a_tunnel_s_head_may_come_in_parts(port: Port) -> None:
    with connect(port) as sock:
        for part in (b"CONNECT a.goo", b"gleapis.com:443 HTTP/1.1\r\nhost: a", b"\r\n\r", b"\n"):
            sock.sendall(part)
        assert sock.recv(100) == b"HTTP/1.1 200 Connection established\r\n\r\n"
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert heard(sock).startswith(b"HTTP/1.1 200 ")


GRPC_THROUGH_PROXY = f"""
import grpc
for host in {HOSTS}:
    with grpc.secure_channel(host, grpc.ssl_channel_credentials()) as channel:
        assert channel.unary_unary({ECHO!r})(b"job", timeout={BACKSTOP}) == b"job"
print("served")
"""


def test_grpc_goes_through_the_tunnel_with_nothing_but_its_environment_changed(port: Port, ca: str) -> None:
    environment = os.environ | {
        "https_proxy": f"http://{port.host}:{port.port}",
        "no_proxy": "",
        "NO_PROXY": "",
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": ca,
    }
    command = [sys.executable, "-c", GRPC_THROUGH_PROXY]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=2 * BACKSTOP, check=False)
    assert (done.returncode, done.stdout) == (0, "served\n"), done.stderr


def test_google_s_own_library_takes_the_service_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "account.json"
    file.write_text(service_account("some-project", "http://127.0.0.1/token"))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    credentials, project = google.auth.default()
    assert isinstance(credentials, Credentials)
    assert project == "some-project"
    assert credentials.service_account_email == "emulator@some-project.iam.gserviceaccount.com"
    assert credentials.sign_bytes(b"claim")


def test_two_service_accounts_have_different_keys() -> None:
    assert service_account("p", "") != service_account("p", "")
