"""What the tests of the readers share: a vocabulary of a few words, the names of a few jobs, and one way to read a text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from textwrap import dedent
from typing import TYPE_CHECKING

from jobstates.reading import Sighting, Unreadable, read

if TYPE_CHECKING:
    from jobstates.reading import Found

FLOW = "2026-03-04_05_06_07-1234567890123456789"
FLOW2 = "2026-03-04_08_09_10-9876543210987654321"
CUSTOM_ID = "4711471147114711471"
CUSTOM = f"projects/my-project/locations/us-central1/customJobs/{CUSTOM_ID}"
CUSTOM2 = "projects/my-project/locations/us-central1/customJobs/815081508150815081"
PIPELINE = "projects/my-project/locations/europe-west4/pipelineJobs/nightly-20260304050607"
TRAINING = "projects/my-project/locations/us-central1/trainingPipelines/1357913579135791357"
BATCH = "batches/q1w2e3r4t5z6u7i8o9p0"

_WAITING = {"QUEUED", "PENDING", "RUNNING", "CANCELLING", "PAUSED"}
_WORDS = {
    "vertex": _WAITING | {"SUCCEEDED", "FAILED", "CANCELLED"},
    "vertex-pipeline": _WAITING | {"SUCCEEDED", "FAILED", "CANCELLED"},
    "dataflow": _WAITING | {"DONE", "FAILED", "CANCELLED", "DRAINING", "DRAINED", "UNKNOWN"},
}
_FINAL = {"SUCCEEDED", "FAILED", "CANCELLED", "DONE", "DRAINED"}
_KINDS = {
    "vertex": {"customJobs", "tuningJobs", "batchPredictionJobs", "hyperparameterTuningJobs"},
    "vertex-pipeline": {"pipelineJobs", "trainingPipelines"},
    "dataflow": {"jobs"},
}


class Words:
    """A vocabulary small enough to read."""

    def knows(self, platform: str, word: str, /) -> bool:
        """Whether the word is on the platform's list."""
        return _bare(word) in _WORDS.get(platform, set())

    def terminal(self, platform: str, state: str | int, /) -> bool:
        """Whether the word is on the list of final ones."""
        return self.knows(platform, str(state)) and _bare(str(state)) in _FINAL

    def has_kind(self, platform: str, collection: str, /) -> bool:
        """Whether the collection is on the platform's list."""
        return collection in _KINDS.get(platform, set())


def _bare(word: str) -> str:
    return re.sub(r"^[A-Z]+_STATE_", "", word.upper())


def found_in(text: str, **options: str) -> list[Found]:
    """Everything that is found in a text, whose common indentation does not count."""
    return list(read([dedent(text)], vocabulary=Words(), **options))


def states_in(text: str, **options: str) -> list[tuple[str, str | int]]:
    """The jobs and states found in a text that can be read everywhere."""
    found = found_in(text, **options)
    assert not [place for place in found if isinstance(place, Unreadable)]
    return [(one.job, one.state) for one in found if isinstance(one, Sighting)]


def only(found: list[Found]) -> Sighting:
    """The one sighting that was found."""
    assert len(found) == 1, found
    assert isinstance(found[0], Sighting)
    return found[0]


def utc(*parts: int) -> datetime:
    """A moment in UTC."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]  # year to microsecond


def local(*parts: int) -> datetime:
    """A moment whose zone the file does not tell."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001  # year to microsecond
