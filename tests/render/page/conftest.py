"""The browser, and pages in it that may ask for nothing but themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import Visitor, browser, visitor
from tests.render.page.support import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["browser", "visitor"]


@pytest.fixture
def desk(visitor: Visitor, tmp_path: Path) -> Iterator[Desk]:
    """Opens pages; each may have asked for its own file only."""
    opened = Desk(visitor, tmp_path)
    yield opened
    assert set(visitor.requests) <= {path.as_uri() for path in tmp_path.glob("*.html")}
