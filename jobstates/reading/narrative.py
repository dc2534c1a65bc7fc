"""What people write in work logs: ``job <id> - QUEUED->PENDING->RUNNING (13:52)``.

A chain of states belongs to the job named before it on its line; a line that begins with ``Job`` and names none goes on about the
job named last. A word without its prefix counts only if it is a state of that job's platform, and one foreign word shows that the
whole chain is another service's. Times of day without a date are no time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstates.reading.lines import WIDTH
from jobstates.reading.sentences import quoted_from_exception
from jobstates.reading.vocabulary import STATE, prefixed

if TYPE_CHECKING:
    from jobstates.reading.lines import Line
    from jobstates.reading.names import JobName
    from jobstates.reading.page import Page

_ARROW = r"(?:→|⇒|➜|➔|⟶|-{1,2}>|=>)"
_TIME = r"(?:\s?\(?(?:at )?\d\d:\d\d(?::\d\d)?(?:Z| UTC)?\)?)?"
_STATE = rf"[`*\"']{{0,3}}(?:\w{{1,20}}State\.)?(?:{STATE}|(?<![\w/.-])[A-Z][A-Z_]{{3,40}}(?![\w/.-]*\w))[`*\"']{{0,3}}{_TIME}"
_CHAIN = re.compile(rf"{_STATE}(?:\s*{_ARROW}\s*{_STATE})*")
_ELEMENT = re.compile(rf"{STATE}|\b[A-Z][A-Z_]{{3,40}}\b")
_SEPARATOR = re.compile(rf"\s*{_ARROW}\s*")
_ABOUT_JOB = re.compile(r"\W*(?:\[[^\]]{0,40}\]\W*)*(?:[Tt]he )?[Jj]ob\b[^\w`]*")
_BESIDE = re.compile(
    rf"[`*\"']{{0,3}}(?:\s*\([^()]{{0,60}}\))?\s*(?:is|was|[:=|\u2013\u2014-]|{_ARROW})?\s*(?:now |in )?(?:state )?"
)
_HYPOTHETIC = re.compile(r"[.;!?]\s|\b(?:not|never|until|if|should|expect\w*|wait\w*|when|before|would|will|or)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.;!?]\s")
_NEAR = 80


class NarrativeReader:
    """Claims the lines that tell what a job went through."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def read(self, line: Line) -> bool:
        """Take the line if it tells a state of a named job."""
        text = line.text[:WIDTH]
        names = self._page.named
        if not names and (self._page.subject is None or not _ABOUT_JOB.match(text)):
            return False
        told = False
        for chain in _CHAIN.finditer(text):
            states = [element[0] for part in _SEPARATOR.split(chain[0]) for element in _ELEMENT.finditer(part)]
            job = self._job(text, names, chain, states)
            if job is not None and not quoted_from_exception(text, chain.start()):
                self._tell(line, job, states)
                told = True
        return told

    def close(self) -> None:
        """A line needs no end."""

    def _tell(self, line: Line, job: JobName, states: list[str]) -> None:
        seen = line.seen(job.start or 1) if len(states) == 1 else None
        for state in states:
            self._page.sight(job, state, line.number, seen=seen)

    def _job(self, text: str, names: list[JobName], chain: re.Match[str], states: list[str]) -> JobName | None:
        """The job that a chain is about, if it is about one."""
        before = [name for name in names if name.end <= chain.start()]
        if before:
            job = before[-1] if self._tied(text[before[-1].end : chain.start()], states) else None
        elif not names and _ABOUT_JOB.fullmatch(text, 0, chain.start()):
            job = self._page.subject
        else:
            job = None
        return job if job and all(self._ours(job, state) for state in states) else None

    def _tied(self, between: str, states: list[str]) -> bool:
        """Whether what stands between a name and a chain ties the two together."""
        if len(states) > 1:
            return not _SENTENCE_END.search(between)
        if prefixed(states[0]):
            return len(between) <= _NEAR and not _HYPOTHETIC.search(between)
        return _BESIDE.fullmatch(between) is not None

    def _ours(self, job: JobName, state: str) -> bool:
        return prefixed(state) or self._page.vocabulary.knows(self._page.platform_of(job, state), state)
