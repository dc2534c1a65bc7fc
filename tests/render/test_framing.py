"""A frame gathers lines where many states are left by the same events, and claims no more than the lines did."""

from __future__ import annotations

import pytest

from jobstates import DataflowJobMachine, Lifecycle, VertexJobMachine
from jobstates.render import Diagram, diagram
from jobstates.render.dot import dot
from jobstates.render.framing import PAYS, framed

VERTEX = diagram(Lifecycle.of(VertexJobMachine))


def test_vertex_has_a_frame_and_dataflow_none() -> None:
    assert VERTEX.frame is not None
    assert VERTEX.frame.states == ("state-QUEUED", "state-PENDING", "state-RUNNING")
    assert diagram(Lifecycle.of(DataflowJobMachine)).frame is None


def test_without_a_frame_everything_else_is_the_same() -> None:
    plain = diagram(Lifecycle.of(VertexJobMachine), frame=False)
    assert plain.frame is None
    assert framed(plain) == VERTEX


def test_it_saves_as_many_lines_as_it_has_to() -> None:
    assert VERTEX.frame
    assert sum(len(line.lines) - 1 for line in VERTEX.frame.lines) >= PAYS


def test_a_line_of_the_frame_stands_for_all_states_inside_but_one_at_most() -> None:
    assert VERTEX.frame
    lines = {line.id: line for line in VERTEX.lines}
    for gathered in VERTEX.frame.lines:
        sources = {lines[one].source for one in gathered.lines}
        left_out = set(VERTEX.frame.states) - sources
        assert left_out == ({gathered.exception} if gathered.exception else set())
        assert {lines[one].pill for one in gathered.lines} == {gathered.pill}
        assert all(lines[one].source in VERTEX.frame.states for one in gathered.lines)


def test_a_line_of_the_frame_is_as_badly_founded_as_the_worst_of_them() -> None:
    assert VERTEX.frame
    lines = {line.id: line for line in VERTEX.lines}
    for gathered in VERTEX.frame.lines:
        bases = [basis for one in gathered.lines if (basis := lines[one].basis)]
        assert gathered.basis is max(bases, key=lambda basis: basis.weakness)


@pytest.mark.parametrize("dropped", [2, 3])
def test_a_frame_that_does_not_pay_is_not_drawn(dropped: int) -> None:
    assert VERTEX.frame
    gone = {line.pill for line in sorted(VERTEX.frame.lines, key=lambda line: -len(line.lines))[:dropped]}
    lines = tuple(line for line in VERTEX.lines if line.pill not in gone)
    assert framed(_plain(lines=lines)).frame is None


def test_other_guards_are_not_gathered() -> None:
    changed = tuple(
        line.model_copy(update={"guard": "is_other"}) if line.id == "arrow-QUEUED-cancel-CANCELLING" else line
        for line in VERTEX.lines
    )
    frame = framed(_plain(lines=changed)).frame
    assert frame is None or "event-cancel-CANCELLING" not in {line.pill for line in frame.lines}


def test_a_line_of_the_frame_is_contested_when_one_of_them_is() -> None:
    one = "arrow-QUEUED-cancel-CANCELLING"
    contested = tuple(line.model_copy(update={"contested": line.id == one}) for line in VERTEX.lines)
    drawn = framed(_plain(lines=contested))
    assert drawn.frame
    assert [line.pill for line in drawn.frame.lines if line.contested] == ["event-cancel-CANCELLING"]
    assert dot(drawn).count("arrowtail=dot") == 1


def _plain(**changes: object) -> Diagram:
    return VERTEX.model_copy(update={"frame": None, **changes})
