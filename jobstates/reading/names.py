"""What names a job in text, and what a name tells about the job's platform and kind.

A name counts only in a shape that no other service uses: a Vertex resource name or its end, a Dataflow job id, a Gemini batch.
A bare number is a name only where its place says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jobstates.reading.vocabulary import DATAFLOW, PIPELINE, VERTEX

if TYPE_CHECKING:
    from collections.abc import Iterator

DATAFLOW_ID = r"\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d-\d+"
NUMBER = r"\d{12,19}"
_COLLECTION = r"[a-z][A-Za-z]{0,60}(?:Jobs|Pipelines)"
_ID = r"\w(?:[\w.-]*\w)?"
_NAMES = re.compile(
    rf"(?<![\w.-])projects/[\w.:-]+/locations/[\w-]+/(?:\w+/{_ID}/)?(?P<whole>{_COLLECTION})/{_ID}"
    rf"|(?<![\w/.-])(?P<part>{_COLLECTION})/(?=[\w-]*\d)[\w-]*\w"
    rf"|(?<![\w/.-])(?P<batch>batches)/\w{{8,}}"
    rf"|(?<![\w-])(?P<dataflow>{DATAFLOW_ID})(?!\w)"
    rf"|\b[Jj]obs?(?:[ _]?(?:id|ID|Id))?[\"'`:=# ]{{1,4}}(?P<number>{NUMBER})(?!\w)"
)
_COLLECTIONS = ("Jobs/", "Pipelines/", "batches/")
_LIKELY_DATAFLOW = re.compile(r"_\d\d_\d\d_\d\d-\d")
_LIKELY_NUMBER = re.compile(r"ob(?:s|[ _s]?(?:id|ID|Id))?[\"'`:=# ]{1,4}\d{12}")
_ONLY_NUMBER = re.compile(NUMBER)
_HEADING = re.compile(rf"[\W_]*(?P<number>{NUMBER})[\W_]*")
_WITHIN_DATAFLOW = re.compile(rf"(?:projects/[\w.:-]+/)?(?:locations/[\w-]+/)?jobs/({DATAFLOW_ID})")


@dataclass(frozen=True, slots=True)
class JobName:
    """A job as a file names it."""

    text: str
    kind: str | None = None
    platform: str | None = None
    """What the name proves; None when it proves nothing."""
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @property
    def id(self) -> str:
        """The part that does not change between the short and the full name."""
        return self.text.rpartition("/")[2]


def names_in(text: str) -> list[JobName]:
    """The jobs that a line names, in order."""
    if any(part in text for part in _COLLECTIONS) or _LIKELY_DATAFLOW.search(text) or _LIKELY_NUMBER.search(text):
        return list(_found(text))
    if heading := _HEADING.fullmatch(text):
        return [JobName(heading["number"], start=heading.start("number"), end=heading.end("number"))]
    return []


def whole_name(value: Any) -> JobName | None:  # noqa: ANN401  # whatever a document holds
    """The job that a value names and does nothing else; a number of a job id's length counts."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        value = str(value) if value < 10**19 else ""
    if not isinstance(value, str) or len(value) > 500:  # noqa: PLR2004  # no resource name is so long
        return None
    text = value.strip().removeprefix("//aiplatform.googleapis.com/")
    if inside := _WITHIN_DATAFLOW.fullmatch(text):
        return dataflow_name(inside[1])
    if _ONLY_NUMBER.fullmatch(text):
        return JobName(text)
    found = next(_found(text), None)
    return found if found and (found.start, found.end) == (0, len(text)) else None


def dataflow_name(text: str) -> JobName:
    """A Dataflow job under its id or, where nothing better is known, its name."""
    return JobName(text, kind="jobs", platform=DATAFLOW)


def platform_of_kind(collection: str) -> str:
    """The platform whose states the jobs of a Vertex collection show: pipelines have an enum of their own."""
    return PIPELINE if "ipeline" in collection else VERTEX


def _found(text: str) -> Iterator[JobName]:
    for found in _NAMES.finditer(text):
        match found.lastgroup:
            case "number":
                yield JobName(found["number"], start=found.start("number"), end=found.end("number"))
            case "dataflow":
                yield JobName(found[0], "jobs", DATAFLOW, found.start(), found.end())
            case group:
                kind = found[group or 0]
                yield JobName(found[0], kind, platform_of_kind(kind), found.start(), found.end())
