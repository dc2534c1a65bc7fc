"""Lifecycles and jobs as pictures in notebooks.

``%load_ext jobstates.render.notebook`` lets every lifecycle, machine and record of a tracker show itself as a picture; ``show``
makes one such picture, and needs no notebook. The objects themselves know nothing of it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, TypeAlias

from jobstates.errors import DrawingFailed, MissingExtra, UnknownJob
from jobstates.machine import JobMachine
from jobstates.platforms import registry
from jobstates.render.arranging import diagram
from jobstates.render.exporting import export
from jobstates.render.overlays import with_current
from jobstates.spec.lifecycle import Lifecycle
from jobstates.spec.record import Record
from jobstates.tracking import Tracker

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstates.render.diagram import Diagram
    from jobstates.spec.job import Job

Subject: TypeAlias = Lifecycle | JobMachine | type[JobMachine] | Record | Tracker


@dataclass(frozen=True)
class Shown:
    """A diagram that shows itself in notebooks; where nothing can draw, it says what to install."""

    diagram: Diagram

    def _repr_svg_(self) -> str | None:
        try:
            return _svg(self.diagram)
        except (DrawingFailed, MissingExtra):
            return None

    def _repr_html_(self) -> str | None:
        """Only where there is no picture, of which the object would otherwise show two."""
        try:
            _svg(self.diagram)
        except (DrawingFailed, MissingExtra) as error:
            return f"<p>{escape(f'{self}: {error}')}</p>"
        return None

    def __str__(self) -> str:
        told = f"{self.diagram.title}: {self.diagram.subtitle}" if self.diagram.subtitle else self.diagram.title
        return f"<{told}, {len(self.diagram.states)} states, {len(self.diagram.lines)} arrows>"

    __repr__ = __str__


@lru_cache(maxsize=8)
def _svg(drawn: Diagram) -> str:
    """The picture, kept for a while: a notebook asks for every form of an object, one after the other."""
    return export(drawn, "svg").decode()


def show(subject: Subject, job: str | Job | None = None) -> Shown:
    """A picture of a lifecycle, or of where a job is in it.

    Args:
        subject: a lifecycle, a machine's class or a platform's lifecycle; for a job its machine, its record, or its tracker.
        job: with a tracker, which job; with a lifecycle, draw only what is open to such a job.

    Raises:
        UnknownJob: when a tracker has never seen the job.
    """
    if isinstance(subject, Tracker):
        record = subject.record(job) if job is not None else None
        if record is None:
            raise UnknownJob(f"the tracker has not seen the job {job!r}; it knows {len(subject)} jobs")
        subject = record
    if isinstance(subject, Record):
        lifecycle = Lifecycle.of(registry().get(subject.job.platform))
        return Shown(_named(with_current(diagram(lifecycle, subject.job), subject.state), subject.name))
    if isinstance(subject, JobMachine):
        return Shown(_named(with_current(diagram(subject.lifecycle, subject.job), subject.state), subject.job.name))
    return Shown(diagram(Lifecycle.of(subject), job if not isinstance(job, str) else None))


def _named(drawn: Diagram, job: str) -> Diagram:
    return drawn.model_copy(update={"subtitle": job or drawn.subtitle})


def load_ipython_extension(ipython: Any) -> None:  # noqa: ANN401  # IPython need not be installed
    """Let lifecycles, machines and records show themselves: what ``%load_ext jobstates.render.notebook`` calls."""
    for kind, method in FORMS.items():
        for shown in (Lifecycle, JobMachine, Record):
            ipython.display_formatter.formatters[kind].for_type(shown, method)


def unload_ipython_extension(ipython: Any) -> None:  # noqa: ANN401
    """Take that back: what ``%unload_ext jobstates.render.notebook`` calls."""
    for kind in FORMS:
        for shown in (Lifecycle, JobMachine, Record):
            ipython.display_formatter.formatters[kind].type_printers.pop(shown, None)


def enable() -> bool:
    """Do the same as the extension, in the notebook that this runs in; False where it runs in none."""
    running = sys.modules.get("IPython")
    ipython = running.get_ipython() if running else None
    if ipython is None:
        return False
    load_ipython_extension(ipython)
    return True


FORMS: dict[str, Callable[[Subject], str | None]] = {
    "image/svg+xml": lambda subject: show(subject)._repr_svg_(),  # the names that notebooks look for
    "text/html": lambda subject: show(subject)._repr_html_(),
}
"""The machines' own engine has pictures, too, which show neither who causes what nor why: both forms take their place."""
