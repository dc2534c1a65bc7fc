"""In notebooks, lifecycles and jobs show themselves, by the registry of formatters that IPython has for it."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jobstates import DataflowJob, DataflowJobMachine, Lifecycle, Tracker, UnknownJob, VertexJobMachine
from jobstates.render import diagram, notebook, with_current
from jobstates.render.notebook import Shown, enable, load_ipython_extension, show, unload_ipython_extension
from tests.render.support import VERTEX

if TYPE_CHECKING:
    from collections.abc import Iterator

JOB = "projects/p/locations/l/customJobs/1"
SVG, HTML = "image/svg+xml", "text/html"
NOWHERE = "/no/such/program"


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """A real IPython, as a notebook runs it."""
    running = InteractiveShell.instance()
    yield running
    unload_ipython_extension(running)
    InteractiveShell.clear_instance()


@pytest.fixture
def tracker() -> Tracker:
    """A tracker that has seen one job run."""
    tracker = Tracker("vertex")
    tracker.observe(JOB, "RUNNING")
    return tracker


def bundle(shell: InteractiveShell, shown: object) -> dict[str, str]:
    """What a notebook gets of an object, by MIME type."""
    formatter: Any = shell.display_formatter
    data: dict[str, str] = formatter.format(shown)[0]
    return data


def test_lifecycles_machines_and_records_show_themselves_as_pictures(shell: InteractiveShell, tracker: Tracker) -> None:
    load_ipython_extension(shell)
    for shown in (VERTEX, DataflowJobMachine("a job"), tracker.record(JOB)):
        data = bundle(shell, shown)
        assert set(data) == {SVG, "text/plain"}
        assert ET.fromstring(data[SVG]).tag.endswith("svg")  # noqa: S314


def test_nothing_shows_itself_before_and_after(shell: InteractiveShell) -> None:
    assert set(bundle(shell, VERTEX)) == {"text/plain"}
    load_ipython_extension(shell)
    unload_ipython_extension(shell)
    assert set(bundle(shell, VERTEX)) == {"text/plain"}


def test_it_is_an_extension_by_its_name(shell: InteractiveShell) -> None:
    shell.run_line_magic("load_ext", "jobstates.render.notebook")
    assert SVG in bundle(shell, VERTEX)
    shell.run_line_magic("unload_ext", "jobstates.render.notebook")


def test_enable_finds_the_notebook_it_runs_in(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert enable()
    assert SVG in bundle(shell, VERTEX)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not enable()
    monkeypatch.delitem(sys.modules, "IPython")
    assert not enable()


def test_a_job_is_shown_where_it_is(tracker: Tracker) -> None:
    job = VERTEX.job_type(name=JOB)
    expected = with_current(diagram(VERTEX, job), VERTEX.state("RUNNING"))
    machine = VertexJobMachine(JOB)
    machine.observe("RUNNING")
    record = tracker.record(JOB)
    assert record
    for shown in (show(tracker, JOB), show(record), show(machine)):
        assert shown.diagram.states == expected.states
        assert shown.diagram.subtitle == JOB


def test_a_lifecycle_is_shown_for_everything_or_for_one_kind_of_job() -> None:
    batch = DataflowJob(type="batch")
    whole, part = show(DataflowJobMachine), show(Lifecycle.of(DataflowJobMachine), batch)
    assert whole.diagram == diagram(DataflowJobMachine.lifecycle)
    assert part.diagram == diagram(DataflowJobMachine.lifecycle, batch)
    assert repr(whole) == "<Dataflow job lifecycle, 15 states, 43 arrows>"


def test_a_picture_shows_itself_without_an_extension(shell: InteractiveShell) -> None:
    assert set(bundle(shell, show(VERTEX))) == {SVG, "text/plain"}


@pytest.mark.parametrize("job", [None, "customJobs/2"])
def test_a_job_that_was_never_seen_cannot_be_shown(tracker: Tracker, job: Any) -> None:
    with pytest.raises(UnknownJob, match="has not seen the job"):
        show(tracker, job)


def test_where_nothing_can_draw_the_notebook_says_what_to_install(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook._svg.cache_clear()
    monkeypatch.setenv("JOBSTATES_DOT", NOWHERE)
    data = bundle(shell, Shown(diagram(VERTEX).model_copy(update={"subtitle": "<b>"})))
    assert set(data) == {HTML, "text/plain"}
    assert NOWHERE in data[HTML]
    assert "&lt;b&gt;" in data[HTML]
