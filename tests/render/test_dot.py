"""What the pictures say by shape, line and colour, as DOT; and that an engine takes it whatever it is given."""

from __future__ import annotations

import re

import pytest

from jobstates import DataflowJobMachine, Lifecycle, VertexJobMachine
from jobstates.render import Diagram, Mode, diagram
from jobstates.render.diagram import Mark
from jobstates.render.dot import dot
from jobstates.render.drawing import draw
from jobstates.render.palette import INKS, TONES
from jobstates.spec.citation import Basis

DATAFLOW = diagram(Lifecycle.of(DataflowJobMachine))
VERTEX = diagram(Lifecycle.of(VertexJobMachine), frame=False)
STATEMENT = re.compile(r'^\t+("?[\w-]+"?(?: -> "?[\w-]+"?)?) \[(.*?)\]$', re.MULTILINE | re.DOTALL)


def statements(drawn: Diagram, mode: Mode = Mode.LIGHT) -> dict[str, str]:
    """The attributes of each node and line, by its id."""
    found = (attributes for _, attributes in STATEMENT.findall(dot(drawn, mode)))
    return {name[1]: one for one in found if (name := re.search(r'\bid="?([\w-]+)', one))}


def test_final_states_have_two_borders_and_stand_at_the_bottom() -> None:
    said = statements(DATAFLOW)
    double = {part for part, attributes in said.items() if "peripheries=2" in attributes}
    assert double == {box.id for box in DATAFLOW.states if box.phase == "terminal"}
    sink = dot(DATAFLOW).partition("rank=sink")[2].partition("}")[0]
    assert {f"state-{name}" for name in re.findall(r'"state-(\w+)"', sink)} == double


@pytest.mark.parametrize(("name", "sign"), [("FAILED", "× FAILED"), ("CANCELLED", "■ CANCELLED"), ("DONE", "<DONE")])
def test_bad_ends_carry_a_sign(name: str, sign: str) -> None:
    assert sign in statements(DATAFLOW)[f"state-{name}"]


def test_the_wire_number_stands_behind_the_name() -> None:
    assert re.search(r"RUNNING<FONT[^>]*>\s*2</FONT>", statements(DATAFLOW)["state-RUNNING"])


@pytest.mark.parametrize(
    ("line", "style"),
    [
        ("arrow-PENDING-start-RUNNING", "style=solid"),
        ("arrow-RUNNING-cancel-CANCELLING", "style=dashed"),
        ("arrow-STOPPED-enqueue-QUEUED", "style=dotted"),
    ],
)
def test_the_basis_is_the_pattern_of_the_line(line: str, style: str) -> None:
    assert style in statements(DATAFLOW)[line]


def test_an_observed_line_is_double_in_every_line_that_is() -> None:
    edge, ground = INKS[Mode.LIGHT]["edge"], INKS[Mode.LIGHT]["background"]
    double = {part for part, said in statements(VERTEX).items() if f'color="{edge}:{ground}:{edge}"' in said and "arrow-" in part}
    assert double == {line.id for line in VERTEX.lines if line.basis is Basis.OBSERVED}


def test_what_marks_a_double_line_has_its_colour() -> None:
    svg = draw(dot(VERTEX)).decode().replace("&#45;", "-")
    signs = dict(re.findall(r'<g id="([\w-]+)"(?:(?!</g>).)*<polygon fill="(#\w+)"', svg, re.DOTALL))
    observed = [f"head-{pill.id}" for pill in VERTEX.pills if pill.basis is Basis.OBSERVED]
    assert {signs[head] for head in observed} == {INKS[Mode.LIGHT]["edge"]}


def test_a_contested_line_begins_with_a_dot() -> None:
    dotted = {part for part, said in statements(DATAFLOW).items() if "arrowtail=dot" in said}
    assert dotted == {line.id for line in DATAFLOW.lines if line.contested}
    assert "● " not in dot(VERTEX.model_copy(update={"lines": tuple(one for one in VERTEX.lines if not one.contested)}))


def test_requests_are_inverted_and_what_the_service_does_is_outlined() -> None:
    said = statements(DATAFLOW)
    for pill in DATAFLOW.pills:
        assert TONES[Mode.LIGHT]["user" if pill.actor == "user" else "service"].fill in said[pill.id]


def test_guards_stand_in_brackets() -> None:
    assert "[is_streaming]" in statements(DATAFLOW)["event-drain-DRAINING"]
    assert re.search(r"\[can_succeed.*or lists_its_ends\]", statements(VERTEX)["event-succeed_partially-PARTIALLY_SUCCEEDED"])


def test_what_leads_back_is_written_from_its_target() -> None:
    text = dot(DATAFLOW)
    assert '"state-RUNNING" -> "event-resume-RUNNING"' in text
    assert '"event-resume-RUNNING" -> "state-PAUSED"' in text


def test_every_state_pill_and_line_tells_its_sentence_and_has_its_link() -> None:
    said = statements(DATAFLOW)
    sentences = [box.quotes[0].text for box in DATAFLOW.states if box.quotes]
    assert all(sentence.split("`")[0] in "".join(said.values()) for sentence in sentences)
    linked = {box.id: box.href for box in DATAFLOW.states} | {line.id: line.href for line in DATAFLOW.lines}
    for part, href in linked.items():
        assert "tooltip=" in said[part]
        assert ("URL=" in said[part]) is bool(href)
    assert all("tooltip=" in said[pill.id] for pill in DATAFLOW.pills)


def test_only_the_frame_s_own_line_stands_for_what_it_gathers() -> None:
    framed = diagram(Lifecycle.of(VertexJobMachine))
    assert framed.frame
    said = statements(framed)
    for line in framed.frame.lines:
        assert line.id in said
        assert not set(line.lines) & said.keys()
        assert not line.exception or f"not from {line.exception.removeprefix('state-')}" in said[line.pill]
    assert len(said) < len(statements(VERTEX))


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_a_mode_uses_its_own_colours_alone(mode: Mode) -> None:
    used = set(re.findall(r"#[0-9a-f]{6}", dot(DATAFLOW, mode)))
    own = {colour for tone in TONES[mode].values() for colour in tone} | set(INKS[mode].values())
    assert used <= own


def test_auto_is_light_until_a_reader_s_mode_is_known() -> None:
    assert dot(DATAFLOW, "auto") == dot(DATAFLOW, "light") != dot(DATAFLOW, "dark")


def test_marks_are_seen() -> None:
    changed = {"state-RUNNING": Mark.NOW, "state-DONE": Mark.FADED}
    states = tuple(box.model_copy(update={"mark": changed.get(box.id, box.mark)}) for box in DATAFLOW.states)
    said = statements(DATAFLOW.model_copy(update={"states": states}))
    assert "► RUNNING" in said["state-RUNNING"]
    assert "penwidth=2.5" in said["state-RUNNING"]
    assert TONES[Mode.LIGHT]["faded"].fill in said["state-DONE"]


HOSTILE = [
    "</script><script>alert(1)</script>",
    "\"quoted\" 'and' <b>bold</b> &amp; &#34; &nope;",
    "line\nbreak\ttab\0nul\x1b[31m",
    "\\l \\N \\G \\E ends with a backslash\\",
    "<i>looks like a label</i>",
    "\u202egnp.exe\u202c \u200b\ufeff",
    "x" * 10_000,
    "node:port:n",
    "",
    " ",
    "子\U0001f600\ud800",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_an_engine_takes_whatever_stands_in_a_diagram(text: str) -> None:
    states = tuple(box.model_copy(update={"name": text, "note": text, "lines": (text, text)}) for box in DATAFLOW.states)
    pills = tuple(pill.model_copy(update={"event": text, "guard": text or None, "lines": (text,)}) for pill in DATAFLOW.pills)
    lines = tuple(line.model_copy(update={"event": text, "note": text, "request": text}) for line in DATAFLOW.lines)
    hostile = DATAFLOW.model_copy(
        update={"title": text, "subtitle": text, "platform": text, "states": states, "pills": pills, "lines": lines}
    )
    svg = draw(dot(hostile), "svg").decode()
    assert svg.count('class="node state') == len(DATAFLOW.states)
    assert "<script" not in svg
