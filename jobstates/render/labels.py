"""What stands in the boxes, and what is told of them when a reader points at one.

Nothing that comes from outside reaches an engine as it is: labels are the HTML-like ones of Graphviz, escaped; control characters
and marks that turn the direction of text become visible, and long names are cut in the middle.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from jobstates.render.diagram import Mark
from jobstates.render.palette import SIGNS, phase_tone
from jobstates.spec.wording import safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstates.render.diagram import Line, Pill, StateBox

LONGEST = 60
"""Characters of a label; more would make a picture as wide as the name."""
TOLD = 1500
"""Characters of a tooltip."""
LONGEST_LINE = 600
"""Characters of a line of it."""
TOGETHER = 12
"""Up to so many characters, event and guard stand on one line."""


def clean(text: str, longest: int = LONGEST) -> str:
    """Text that can stand in a picture: nothing in it steers, it is not too long, and not nothing, which engines refuse."""
    if len(text) > longest:
        half = (longest - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    return safe(text) or " "


def state_label(state: StateBox) -> str:
    """A state's name with its sign and number, and what an overlay writes below."""
    sign = SIGNS.get(phase_tone(state.phase, state.outcome), "")
    name = escape(clean(state.name))
    here = state.mark is Mark.NOW
    shown = f"<B>► {name}</B>" if here else f"{sign} {name}".strip()
    number = "" if state.number is None else f'<FONT POINT-SIZE="8">  {state.number}</FONT>'
    return f"<{shown}{number}{_below(state.lines)}>"


def pill_label(pill: Pill, exception: str = "") -> str:
    """An event with its guard, the state of its frame that does not lead to it, and what an overlay writes below."""
    event = escape(clean(pill.event))
    strong = pill.mark is Mark.TAKEN
    shown = f"<B>{event}</B>" if strong else event
    if pill.mark in (Mark.NEVER, Mark.ODD):
        shown = f"× {shown}"
    if pill.guard:
        together = len(pill.event) + len(pill.guard) <= TOGETHER
        guards = f"[{pill.guard}]".split(" or ")
        shown += f" {escape(clean(guards[0]))}" if together else _below([guards[0], *(f"or {guard}" for guard in guards[1:])])
    if exception:
        shown += _below([f"not from {exception}"])
    if pill.count:
        shown += f"  <B>{pill.count:,}</B>"
    return f"<{shown}{_below(pill.lines)}>"


def _below(lines: Iterable[str]) -> str:
    return "".join(f'<BR/><FONT POINT-SIZE="8.5">{escape(clean(line))}</FONT>' for line in lines)


def state_tooltip(state: StateBox) -> str:
    """What a state means, in the vendor's words."""
    return _told([state.wire, *_sentences(state)])


def pill_tooltip(pill: Pill, lines: Iterable[Line]) -> str:
    """An event with everything it rests on."""
    return gathered_tooltip(lines) or _told([pill.event])


def gathered_tooltip(lines: Iterable[Line]) -> str:
    """Several arrows in words."""
    told = "\n\n".join(tooltip(line) for line in lines)
    return told if len(told) <= TOLD else f"{told[:TOLD].rpartition(chr(10))[0]}\n…"


def tooltip(line: Line) -> str:
    """An arrow in words, and the sentences it rests on."""
    source, target = line.source.removeprefix("state-"), line.target.removeprefix("state-")
    who = f"you ask: {line.request}" if line.request else "the service acts"
    only = f", only if {line.guard}" if line.guard else ""
    basis = f" ({line.basis}{', contested' if line.contested else ''})" if line.basis else ""
    return _told([f"{source} → {target}: {line.event}, {who}{only}{basis}", *_sentences(line)])


def _sentences(cited: StateBox | Line) -> list[str]:
    told = [f"“{quote.text}” ({quote.source})" for quote in cited.quotes]
    told += [f"but: “{quote.text}” ({quote.source})" for quote in cited.against]
    return [*told, *([cited.note] if cited.note else [])]


def _told(lines: Iterable[str]) -> str:
    """Lines in which an engine finds neither control characters nor entities of its own."""
    return "\n".join(clean(line, LONGEST_LINE).replace("&", "&amp;") for line in lines)
