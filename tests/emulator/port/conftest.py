"""An open port, its authority, and the clients' trust in it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from jobstates.emulator.port import Authority, Port
from tests.emulator.port.support import METHODS, OTHERS, answer, web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def threads_of_others() -> None:
    OTHERS.clear()
    OTHERS.update(threading.enumerate())


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def ca(authority: Authority, tmp_path: Path) -> str:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority.ca_pem)
    return str(file)


@pytest.fixture
def port(authority: Authority) -> Iterator[Port]:
    with Port(answer, METHODS, web, limit=1_000_000, patience=0.5, authority=authority) as opened:
        yield opened
