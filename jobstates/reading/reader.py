"""The driver: lines in, sightings out, each line offered to the readers of the formats until one takes it.

Lines that nobody takes are skipped: a log is mostly about other things. What a reader finds is handed out before the next line is
read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jobstates.errors import UnknownFormat
from jobstates.reading.csv_reader import CsvReader
from jobstates.reading.fields import FieldReader
from jobstates.reading.json_reader import JsonReader
from jobstates.reading.lines import Line, numbered
from jobstates.reading.narrative import NarrativeReader
from jobstates.reading.page import Page
from jobstates.reading.poll import PollReader
from jobstates.reading.repr_reader import ReprReader
from jobstates.reading.sdk import SdkReader
from jobstates.reading.sentences import AirflowReader, BeamReader
from jobstates.reading.table_reader import TableReader
from jobstates.reading.values import Values
from jobstates.reading.vocabulary import Wordless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TextIO

    from jobstates.reading.sighting import Found
    from jobstates.reading.vocabulary import Vocabulary

FORMATS = {
    "history": "one JSON object a line, a job's life: this package's interchange format",
    "json": "API objects as JSON: a job, a list of jobs, an Eventarc event, or any of these inside log entries",
    "csv": "comma-separated rows under a header with a job and a state column",
    "table": "tables as `gcloud ... list` prints them, and Markdown tables",
    "repr": "google-genai objects printed on one line",
    "describe": "objects with a field a line: `gcloud ... describe` as YAML, protobuf text, reprs, `grep -n` of any",
    "vertex-sdk": "the Vertex SDK's log: `CustomJob projects/... current state:` and the state on the next line",
    "beam": "Apache Beam's log: `Job 2026-... is in state JOB_STATE_RUNNING`",
    "airflow": "Airflow's log: `Google Cloud DataFlow job ... is state: JOB_STATE_DONE`",
    "poll": "polling scripts: `state=JOB_STATE_RUNNING elapsed=63s` under a line that names the job",
    "narrative": "work logs: `job 2026-... QUEUED -> PENDING -> RUNNING`",
}
"""Every format, in the order in which lines are offered, and what it is."""

_REFERRING: dict[str, Callable[[Page], Reader]] = {
    "vertex-sdk": SdkReader,
    "beam": BeamReader,
    "airflow": AirflowReader,
    "poll": PollReader,
    "narrative": NarrativeReader,
}


class Reader(Protocol):
    """Reads one format."""

    def read(self, line: Line) -> bool:
        """Note what a line tells; whether it is taken, so that nobody else reads it."""
        ...

    def close(self) -> None:
        """Note what the end of the file completes."""
        ...


def read(
    stream: Iterable[str] | TextIO,
    *,
    platform: str | None = None,
    format: str | None = None,  # noqa: A002  # the word that the command line has, too
    vocabulary: Vocabulary | None = None,
) -> Iterator[Found]:
    """The sightings in a stream of text, in its order, and the places that look like job data and cannot be read.

    Args:
        stream: an open text file, or pieces of text wherever they are cut; lines end where the text has line ends. Open files
            with ``errors="replace"``.
        platform: what a job is taken to belong to where neither its name nor its state nor the file tells.
        format: read only this one of ``FORMATS``; otherwise every line is tried, since files mix them.
        vocabulary: tells which bare words are states, and which states are final.

    Raises:
        UnknownFormat: when ``format`` is none of ``FORMATS``.
    """
    if format is not None and format not in FORMATS:
        raise UnknownFormat(format, FORMATS)
    return _Readers(Page(vocabulary or Wordless(), platform), format).read(stream)


class _Readers:
    """The readers of one file."""

    def __init__(self, page: Page, only: str | None) -> None:
        self._page = page
        wanted = frozenset(FORMATS) if only is None else frozenset({only})
        values = Values(page, self._feed, wanted)
        self._fields = FieldReader(page)
        naming: dict[str, Reader] = {
            "csv": CsvReader(page, expected=only == "csv"),
            "table": TableReader(page),
            "repr": ReprReader(page),
            "describe": self._fields,
        }
        self._naming: list[Reader] = [] if only == "csv" else [JsonReader(page, values, self._feed)]
        self._naming += [reader for name, reader in naming.items() if name in wanted]
        self._referring = [make(page) for name, make in _REFERRING.items() if name in wanted]

    def read(self, stream: Iterable[str] | TextIO) -> Iterator[Found]:
        for line in numbered(stream):
            if isinstance(line, Line):
                self._feed(line)
            else:
                self._page.note(line)
            yield from self._page.take()
        for reader in (*self._naming, *self._referring):
            reader.close()
        yield from self._page.take()

    def _feed(self, line: Line) -> None:
        """Offer a line to each reader in turn. Who names a job speaks before those who refer to one."""
        self._fields.settle(line)
        for reader in self._naming:
            if reader.read(line):
                return
        self._page.mention(line)
        for reader in self._referring:
            if reader.read(line):
                return
