"""A diagram in DOT, the language of Graphviz, built with the ``graphviz`` package.

Pills are nodes on the arrows. A line that leads back is written from its target, or the layout would turn the lifecycle upside
down. Fonts are named once and singly: a list of names falls back to the metrics of another font.
"""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

from jobstates.errors import MissingExtra
from jobstates.render.diagram import Mark
from jobstates.render.labels import gathered_tooltip, pill_label, pill_tooltip, state_label, state_tooltip, tooltip
from jobstates.render.legend import legend
from jobstates.render.links import may_link
from jobstates.render.palette import HEAT, INKS, TONES, Mode, pill_tone, state_tone
from jobstates.spec.arrow import Actor
from jobstates.spec.citation import Basis
from jobstates.spec.state import Phase

try:
    from graphviz import Digraph, escape
except ImportError as error:  # pragma: no cover  # tested in an environment without it
    raise MissingExtra("diagrams", "graphviz") from error

if TYPE_CHECKING:
    from jobstates.render.diagram import Diagram, FrameLine, Line, Pill, StateBox
    from jobstates.render.palette import Tone

FONT = "Helvetica"
GRAPH = {
    "rankdir": "TB",
    "newrank": "true",
    "nodesep": "0.14",
    "ranksep": "0.27",
    "pad": "0.2",
    "outputorder": "edgesfirst",
    "fontname": FONT,
    "fontsize": "11",
    "labelloc": "b",
}
STATE = {"shape": "box", "style": "rounded,filled", "fontsize": "11", "height": "0.38", "margin": "0.13,0.05", "penwidth": "1.5"}
PILL = {"shape": "box", "style": "rounded,filled", "fontsize": "9.5", "height": "0.22", "width": "0.4", "margin": "0.08,0.03"}
EDGE = {"arrowsize": "0.62"}
FRAME = {"style": "rounded,filled", "margin": "10", "labelloc": "t", "labeljust": "r", "fontsize": "9"}
BOX = "cluster_frame"
"""Graphviz draws a box around a subgraph whose name begins with ``cluster``."""
SOLID = "solid"
PATTERNS = {Basis.DOCUMENTED: SOLID, Basis.OBSERVED: SOLID, Basis.IMPLIED: "dashed", Basis.ASSUMED: "dotted", None: SOLID}
"""An observed line is solid and double."""
CONTESTED = {"dir": "back", "arrowhead": "dot", "arrowtail": "dot", "arrowsize": "0.5"}
"""A dot where the line leaves its state."""
WIDTH, TAKEN = "1.3", "2.6"
DOTTED = "1.7"
"""Dots look thinner than lines of the same width."""


def dot(diagram: Diagram, mode: Mode | str = Mode.AUTO) -> str:
    """The diagram in DOT.

    Raises:
        MissingExtra: when the package ``graphviz`` is not installed.
    """
    return Drawing(diagram, Mode(mode)).source()


class Drawing:
    """One diagram on its way to DOT."""

    def __init__(self, diagram: Diagram, mode: Mode) -> None:
        self._diagram = diagram
        self._mode = mode
        self._inks = INKS[mode]
        self._spine = set(diagram.spine)
        self._order = {state.id: place for place, state in enumerate(diagram.states)}
        self._pills = {pill.id: pill for pill in diagram.pills}
        self._most = max((pill.count or 0 for pill in diagram.pills), default=0)
        self._graph = Digraph(
            _word(diagram.platform),
            graph_attr=GRAPH | {"bgcolor": self._inks["background"], "label": legend(diagram, mode)},
            node_attr={"fontname": FONT},
            edge_attr=EDGE | {"color": self._inks["edge"]},
        )

    def source(self) -> str:
        """The finished text."""
        self._begin()
        for state in self._diagram.states:
            self._state(state)
        for pill in self._diagram.pills:
            self._pill(pill)
        self._lines()
        for pill in self._diagram.pills:
            self._head(pill)
        self._sink()
        self._frame()
        return str(self._graph.source)

    def _begin(self) -> None:
        ink = self._inks["ink"]
        self._graph.node("begin", "", shape="circle", width="0.14", style="filled", fillcolor=ink, color=ink)
        self._graph.edge("begin", self._diagram.initial, weight="5", color=ink)

    def _state(self, state: StateBox) -> None:
        look = STATE | _coloured(state_tone(state, self._mode))
        if state.phase is Phase.TERMINAL:
            look["peripheries"] = "2"
        if state.phase is Phase.UNSPECIFIED:
            look["style"] = "rounded,filled,dashed"
        if state.mark is Mark.NOW:
            look["penwidth"] = "2.5"
        about = _about(state.id, f"state {state.phase}", state_tooltip(state), state.href)
        self._graph.node(state.id, state_label(state), _attributes=look | about | self._grouped(state.id))

    def _pill(self, pill: Pill) -> None:
        look = PILL | _coloured(pill_tone(pill, self._mode))
        if pill.actor is Actor.SERVICE and PATTERNS[pill.basis] != SOLID:
            look["style"] = f"rounded,filled,{PATTERNS[pill.basis]}"
        lines = [line for line in self._diagram.lines if line.pill == pill.id]
        href = next((line.href for line in lines), "")
        about = _about(pill.id, f"pill {pill.actor}", pill_tooltip(pill, lines), href)
        self._graph.node(pill.id, pill_label(pill, self._exception(pill)), _attributes=look | about | self._grouped(pill.id))

    def _exception(self, pill: Pill) -> str:
        """The one state in the frame that does not lead to an event."""
        left_out = [line.exception for line in self._frame_lines() if line.pill == pill.id and line.exception]
        return left_out[0].removeprefix("state-") if left_out else ""

    def _grouped(self, part: str) -> dict[str, str]:
        return {"group": "spine"} if part in self._spine else {}

    def _lines(self) -> None:
        framed = {line for gathered in self._frame_lines() for line in gathered.lines}
        for line in self._diagram.lines:
            if line.id not in framed:
                self._line(line)

    def _line(self, line: Line) -> None:
        """From a state to its pill; written the other way round where the pill leads back."""
        back = self._pills[line.pill].back
        look = self._stroke(line) | _about(line.id, "line", tooltip(line), line.href) | {"dir": "none"}
        if line.contested:
            look |= CONTESTED | ({"dir": "forward"} if back else {})
        if self._order[line.target] < self._order[line.source] and not back:
            look["constraint"] = "false"
        tail, head = (line.pill, line.source) if back else (line.source, line.pill)
        self._edge(tail, head, look | self._pull(tail, head, "1"), line.basis)

    def _head(self, pill: Pill) -> None:
        look = self._stroke(pill) | _about(f"head-{pill.id}", "head", "", "")
        if pill.back:
            look["dir"] = "back"
        tail, head = (pill.target, pill.id) if pill.back else (pill.id, pill.target)
        self._edge(tail, head, look | self._pull(tail, head, "2"), pill.basis)

    def _pull(self, tail: str, head: str, weight: str) -> dict[str, str]:
        """How strongly a line is kept short and straight: most of all on the straight way through."""
        return {"weight": "4" if {tail, head} <= self._spine else weight}

    def _stroke(self, part: Line | FrameLine | Pill) -> dict[str, str]:
        """How a line is drawn: its pattern by the basis, its colour and width by what an overlay says."""
        colour, width = self._inks["edge"], DOTTED if part.basis is Basis.ASSUMED else WIDTH
        if part.mark is Mark.FADED:
            colour = self._inks["faded_edge"]
        elif part.mark is Mark.TAKEN:
            colour, width = self._inks["ink"], TAKEN
        elif part.mark in (Mark.NEVER, Mark.ODD):
            colour = TONES[self._mode]["never"].border
        elif part.mark in HEAT:
            colour = TONES[self._mode][HEAT[-1].value].border
            width = f"{1.0 + 3.2 * log1p(part.count or 0) / log1p(self._most or 1):.1f}"
        return {"style": PATTERNS[part.basis], "color": colour, "penwidth": width}

    def _edge(self, tail: str, head: str, look: dict[str, str], basis: Basis | None) -> None:
        if basis is Basis.OBSERVED:
            # The sign at a line's end takes the first colour, the one at its beginning the second.
            double = f"{look['color']}:{self._inks['background']}:{look['color']}"
            look["color"] = f"transparent:{double}:transparent" if look.get("dir") == "back" else double
        self._graph.edge(tail, head, _attributes=look)

    def _sink(self) -> None:
        """All ends side by side, at the bottom."""
        with self._graph.subgraph() as sink:
            sink.attr(rank="sink")
            for state in self._diagram.states:
                if state.phase is Phase.TERMINAL:
                    sink.node(state.id)

    def _frame_lines(self) -> tuple[FrameLine, ...]:
        return self._diagram.frame.lines if self._diagram.frame else ()

    def _frame(self) -> None:
        frame = self._diagram.frame
        if frame is None:
            return
        self._graph.attr(compound="true")
        look = {"fillcolor": self._inks["frame"], "color": self._inks["frame_border"], "fontcolor": self._inks["note"]}
        with self._graph.subgraph(name=BOX) as box:
            box.attr(label="any of these", **FRAME, **look)
            for part in (*frame.states, *frame.pills):
                box.node(part)
        for line in frame.lines:
            self._frame_line(line, frame.states[-1])

    def _frame_line(self, line: FrameLine, inside: str) -> None:
        """From the frame to a pill: it begins at a state inside, and is cut off where it leaves the frame."""
        gathered = [one for one in self._diagram.lines if one.id in line.lines]
        about = _about(line.id, "line framed", gathered_tooltip(gathered), gathered[0].href)
        look = self._stroke(line) | about | {"dir": "none", "ltail": BOX}
        self._edge(inside, line.pill, look | (CONTESTED if line.contested else {}), line.basis)


def _coloured(tone: Tone) -> dict[str, str]:
    return {"fillcolor": tone.fill, "color": tone.border, "fontcolor": tone.text}


def _about(part: str, kind: str, told: str, href: str) -> dict[str, str]:
    """What is not seen: the id, the class, and what is told when a reader points there."""
    linked = {"URL": escape(href), "target": "_top"} if may_link(href) else {}
    return {"id": escape(part), "class": kind} | ({"tooltip": escape(told)} if told else {}) | linked


def _word(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)
