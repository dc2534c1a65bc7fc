"""The sentences that clients log, and the rules every reader of sentences keeps.

A sentence counts where it stands in a log line; inside an exception's text it is somebody's summary. Its time is the clock in the
head of the line, never one inside the sentence: what Dataflow says in a ``JOB_MESSAGE`` carries the service's clock.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstates.reading.lines import WIDTH
from jobstates.reading.names import DATAFLOW_ID, dataflow_name, whole_name
from jobstates.reading.vocabulary import DATAFLOW, states_in

if TYPE_CHECKING:
    from jobstates.reading.lines import Line
    from jobstates.reading.names import JobName
    from jobstates.reading.page import Page

_EXCEPTION = re.compile(r"(?:Error|Exception)[:(]|(?<!\w)raise \w")
_BEAM = re.compile(r"\b[Jj]ob [\"'`]?(\S{1,300}?)[\"'`]? is in state:? [\"'`]?(?:\w+\.)?(?=(?:JOB|PIPELINE)_STATE_)")
_JAVA = re.compile(rf"\bJob ({DATAFLOW_ID}) (?:finished|failed) with status ([A-Z_]+)\b")
_AIRFLOW = re.compile(r"\bData[Ff]low job ([\w.-]{1,300}) is (?:in )?state: (?:\w+\.)?(?=JOB_STATE_)")


def quoted_from_exception(text: str, start: int) -> bool:
    """Whether what stands at a position is told by an exception or its source line."""
    return _EXCEPTION.search(text, 0, start) is not None


class BeamReader:
    """Apache Beam, any logger: ``Job <id> is in state JOB_STATE_RUNNING`` and Java's ``finished with status DONE``."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def read(self, line: Line) -> bool:
        """Take the line if it states a job's state."""
        text = line.text[:WIDTH]
        if found := _BEAM.search(text) if "is in state" in text else None:
            return _sight(self._page, line, found, whole_name(found[1]))
        if " with status " in text and (found := _JAVA.search(text)) and self._page.vocabulary.knows(DATAFLOW, found[2]):
            self._page.sight(dataflow_name(found[1]), found[2], line.number, seen=line.seen(found.start()))
            return True
        return False

    def close(self) -> None:
        """A sentence needs no end."""


class AirflowReader:
    """Airflow's Google provider: ``Google Cloud DataFlow job <name> is state: JOB_STATE_DONE``; it prints names, not ids."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def read(self, line: Line) -> bool:
        """Take the line if it states a job's state."""
        text = line.text[:WIDTH]
        found = _AIRFLOW.search(text) if "state: " in text else None
        return found is not None and _sight(self._page, line, found, dataflow_name(found[1]))

    def close(self) -> None:
        """A sentence needs no end."""


def _sight(page: Page, line: Line, found: re.Match[str], name: JobName | None) -> bool:
    """Note the job of a sentence whose state follows it."""
    state = next(states_in(line.text[found.end() : WIDTH], page.vocabulary), None)
    if name is None or state is None or state.start or quoted_from_exception(line.text, found.start()):
        return False
    page.sight(name, state.state, line.number, seen=line.seen(found.start()))
    return True
