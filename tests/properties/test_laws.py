"""The laws of following, over all platforms, kinds and types."""

from __future__ import annotations

import pytest

from tests.properties.laws import LAWS

# Pydantic asks a hostile value for things while it refuses it, and reports what that raises on the side.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("name", LAWS)
def test_law_holds(name: str) -> None:
    LAWS[name].check(examples=100)


@pytest.mark.slow
@pytest.mark.parametrize("name", LAWS)
def test_law_holds_at_length(name: str) -> None:
    """More than ten thousand examples in all."""
    assert len(LAWS) * 800 > 10_000
    LAWS[name].check(examples=800)
