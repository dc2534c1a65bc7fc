"""An outcome judged against what was asked.

A drain that was asked for and ends drained is good; a cancellation that nobody asked for is not. The judgement is a table, so
that it can be read, and replaced by a caller who judges differently.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Self

from jobstates.spec.state import Outcome

if TYPE_CHECKING:
    from jobstates.spec.job import Intent


class Verdict(StrEnum):
    """How good an end is, given what was asked."""

    GOOD = "good"
    """It ended as it should, or as somebody asked."""
    MIXED = "mixed"
    """It ended well, with something to look at."""
    BAD = "bad"
    """It ended badly, or in a way that nobody asked for."""

    @classmethod
    def of(cls, outcome: Outcome, intent: Intent | None = None) -> Self:
        """Judge an outcome against what was asked."""
        asked = intent.request if intent else None
        if asked in _ASKED_FOR[outcome]:
            return cls("good")
        return cls(_UNASKED[outcome])


_ASKED_FOR: dict[Outcome, frozenset[str]] = {
    Outcome.SUCCEEDED: frozenset(),
    Outcome.PARTIALLY_SUCCEEDED: frozenset(),
    Outcome.FAILED: frozenset(),
    Outcome.CANCELLED: frozenset({"cancel", "force_cancel"}),
    Outcome.EXPIRED: frozenset(),
    Outcome.DRAINED: frozenset({"drain"}),
    Outcome.REPLACED: frozenset({"replace", "update"}),
}
"""The requests that make an outcome a good one."""

_UNASKED: dict[Outcome, str] = {
    Outcome.SUCCEEDED: "good",
    Outcome.PARTIALLY_SUCCEEDED: "mixed",
    Outcome.FAILED: "bad",
    Outcome.CANCELLED: "bad",
    Outcome.EXPIRED: "bad",
    Outcome.DRAINED: "mixed",
    Outcome.REPLACED: "mixed",
}
"""The verdict when nobody asked for the outcome here."""
