"""A diagram as a Mermaid flowchart, which GitHub and many other places draw where they find it in a document.

The same picture as far as Mermaid can: states by colour, final ones with double sides, events as pills, the basis as a line's
pattern. It leaves the colour of lines and background to the page, so it fits a dark one as well as a light one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from jobstates.render.diagram import Mark
from jobstates.render.labels import clean
from jobstates.render.links import safe_link
from jobstates.render.palette import HEAT, SIGNS, Mode, phase_tone, pill_tone, state_tone
from jobstates.spec.citation import Basis
from jobstates.spec.state import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jobstates.render.diagram import Diagram, Pill, StateBox
    from jobstates.render.palette import Tone

LINES = {Basis.DOCUMENTED: "---", Basis.OBSERVED: "===", Basis.IMPLIED: "-.-", Basis.ASSUMED: "-.-", None: "-.-"}
HEADS = {Basis.DOCUMENTED: "-->", Basis.OBSERVED: "==>", Basis.IMPLIED: "-.->", Basis.ASSUMED: "-.->", None: "-.->"}
DASHES = {Basis.IMPLIED: "stroke-dasharray:8 4", Basis.ASSUMED: "stroke-dasharray:2 4", None: "stroke-dasharray:2 4"}
"""Mermaid has one broken line; these make two of it."""
EMPHASIS = {
    Mark.TAKEN: "stroke-width:3.5px",
    Mark.NOW: "stroke-width:3.5px",
    Mark.FADED: "opacity:0.3",
    **{mark: f"stroke-width:{1 + 0.8 * step:.1f}px" for step, mark in enumerate(HEAT, 1)},
}
SETTINGS = """\
---
config:
  flowchart:
    nodeSpacing: 14
    rankSpacing: 26
    padding: 7
    wrappingWidth: 320
---
"""
"""Mermaid draws as wide as the page, so every space between the boxes makes their text smaller."""
RIM = "#8c959f"
"""The border of requests, which are as dark as a dark page."""
START = "start"
LONGEST, LONGEST_TITLE = 80, 200
LEGEND = (
    "Boxes are states, with double sides where they are final. Pills are events, dark where somebody asks for them. "
    "Lines: solid is documented, thick observed, dashed implied, dotted assumed."
)
PLAIN = re.compile("[^A-Za-z0-9 _.,:/+…■►·\N{MULTIPLICATION SIGN}-]")


class _Node(NamedTuple):
    text: str
    shape: tuple[str, str]
    style: str
    tone: Tone


def mermaid(diagram: Diagram) -> str:
    """The diagram as the text of a Mermaid flowchart."""
    names = _names([*(box.id for box in diagram.states), *(pill.id for pill in diagram.pills)])
    nodes = {names[box.id]: _state(box) for box in diagram.states} | {names[pill.id]: _pill(pill) for pill in diagram.pills}
    title = _text(f"{diagram.title}: {diagram.subtitle}" if diagram.subtitle else diagram.title, LONGEST_TITLE)
    lines = [
        f"{SETTINGS}flowchart TB",
        f"accTitle: {title}",
        f"accDescr: {LEGEND}",
        f'{START}((" ")):::{START}',
        *(f'{name}{node.shape[0]}"{node.text}"{node.shape[1]}:::{node.style}' for name, node in nodes.items()),
        *_edges(diagram, names),
        *_links(diagram, names),
        f"classDef {START} fill:#57606a,stroke:#57606a",
        *_styles(nodes.values()),
    ]
    return "\n    ".join(lines) + "\n"


def _names(ids: Iterable[str]) -> dict[str, str]:
    """A name in Mermaid's alphabet for every id, each another."""
    names: dict[str, str] = {}
    for each in ids:
        plain = re.sub(r"\W", "_", each, flags=re.ASCII)[:80]
        taken = names.values()
        names[each] = plain if plain not in taken and plain != START else f"{plain}_{len(names)}_"
    return names


def _state(box: StateBox) -> _Node:
    kind = phase_tone(box.phase, box.outcome)
    sign = "► " if box.mark is Mark.NOW else ""
    if kind in SIGNS:
        sign += f"{SIGNS[kind]} "
    number = "" if box.number is None else f" · {box.number}"
    shape = ("[[", "]]") if box.phase is Phase.TERMINAL else ("(", ")")
    return _Node(
        _lines(f"{sign}{box.name}{number}", *box.lines),
        shape,
        _styled(f"state_{kind}", box.mark),
        state_tone(box, Mode.LIGHT),
    )


def _pill(pill: Pill) -> _Node:
    counted = f": {pill.count:,}" if pill.count else ""
    sign = f"{SIGNS['failure']} " if pill.mark in (Mark.NEVER, Mark.ODD) else ""
    guard = [f"[{pill.guard}]"] if pill.guard else []
    text = _lines(f"{sign}{pill.event}{counted}", *guard, *pill.lines)
    return _Node(text, ("([", "])"), _styled(f"event_{pill.actor}", pill.mark), pill_tone(pill, Mode.LIGHT))


def _styled(kind: str, mark: Mark) -> str:
    return kind if mark is Mark.PLAIN else f"{kind}_{mark}"


def _lines(*lines: str) -> str:
    return "<br>".join(map(_text, lines))


def _text(text: str, longest: int = LONGEST) -> str:
    """A text in which nothing but plain words is left to Mermaid: the rest stands by its number."""
    return PLAIN.sub(lambda char: char[0] if char[0].isalnum() else f"#{ord(char[0])};", clean(text, longest))


def _edges(diagram: Diagram, names: dict[str, str]) -> Iterator[str]:
    """The lines and their patterns; Mermaid knows an edge by its place among all of them.

    Mermaid turns an edge round where it closes a circle, and takes for that whichever it comes to last: those that lead to the
    earliest states come first.
    """
    places = {box.id: place for place, box in enumerate(diagram.states)}
    edges = [(f"{START} --> {names[diagram.initial]}", "")]
    for line in sorted(diagram.lines, key=lambda line: places[line.target]):
        mark = '|"!"|' if line.contested else ""
        edges.append((f"{names[line.source]} {LINES[line.basis]}{mark} {names[line.pill]}", _drawn(line.basis, line.mark)))
    edges += [
        (f"{names[pill.id]} {HEADS[pill.basis]} {names[pill.target]}", _drawn(pill.basis, pill.mark)) for pill in diagram.pills
    ]
    yield from (edge for edge, _ in edges)
    for style in dict.fromkeys(style for _, style in edges if style):
        yield f"linkStyle {','.join(str(place) for place, (_, each) in enumerate(edges) if each == style)} {style}"


def _drawn(basis: Basis | None, mark: Mark) -> str:
    return ",".join(part for part in (DASHES.get(basis), EMPHASIS.get(mark)) if part)


def _links(diagram: Diagram, names: dict[str, str]) -> Iterator[str]:
    for box in diagram.states:
        if link := safe_link(box.href):
            yield f'click {names[box.id]} href "{link}" _blank'


def _styles(nodes: Iterable[_Node]) -> Iterator[str]:
    """What each kind of node looks like."""
    for name, (fill, border, text) in {node.style: node.tone for node in nodes}.items():
        dashed = ",stroke-dasharray:4 3" if name.startswith("state_unspecified") else ""
        bold = ",stroke-width:3px,font-weight:bold" if name.endswith((Mark.TAKEN, Mark.NOW)) else ""
        rim = RIM if name == "event_user" else border
        ground = "transparent" if name.endswith(Mark.FADED) else fill
        yield f"classDef {name} fill:{ground},stroke:{rim},color:{text}{dashed}{bold}"
