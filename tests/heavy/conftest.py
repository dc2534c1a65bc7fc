"""The interpreters that the clients run in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.heavy.environments import interpreter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def beam() -> Path:
    return interpreter("beam")


@pytest.fixture(scope="session")
def airflow() -> Path:
    return interpreter("airflow")
