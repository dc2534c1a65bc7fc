"""The laws of following, over all platforms, kinds and types."""

from __future__ import annotations

import pytest

from tests.properties.laws import LAWS


@pytest.mark.parametrize("name", LAWS)
def test_law_holds(name: str) -> None:
    LAWS[name].check(examples=100)


@pytest.mark.slow
@pytest.mark.parametrize("name", LAWS)
def test_law_holds_at_length(name: str) -> None:
    """More than ten thousand examples in all."""
    assert len(LAWS) * 1500 > 10_000
    LAWS[name].check(examples=1500)
