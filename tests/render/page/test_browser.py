"""Where no browser is installed the tests that need one say so: skipped on a laptop, failed where ``CI`` is ``true``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import program

if TYPE_CHECKING:
    from pathlib import Path

MISSING = "no browser is installed"


@pytest.fixture(autouse=True)
def _nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)


def test_without_a_browser_a_test_is_skipped() -> None:
    with pytest.raises(pytest.skip.Exception, match=MISSING):  # the reason is told
        program()


def test_without_a_browser_a_test_fails_where_there_has_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=MISSING):
        program()


def test_the_browser_that_is_installed_is_found(tmp_path: Path) -> None:
    path = tmp_path / "google-chrome"
    path.touch(mode=0o755)
    assert program() == str(path)
