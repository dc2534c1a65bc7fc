"""The legend: a table that is the graph's own label, so that it never disturbs the layout. It explains what is drawn, no more."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from jobstates.render.labels import clean
from jobstates.render.palette import HEAT, INKS, SIGNS, TONES, Mode, phase_tone
from jobstates.spec.arrow import Actor
from jobstates.spec.citation import Basis
from jobstates.spec.state import Phase

if TYPE_CHECKING:
    from jobstates.render.diagram import Diagram
    from jobstates.render.palette import Tone

TITLE = 100
"""Characters."""
ASKED = {Actor.SERVICE: "the service acts", Actor.USER: "you ask"}
SAMPLES = {
    Basis.DOCUMENTED: 'HEIGHT="6" SIDES="B"',
    Basis.OBSERVED: 'HEIGHT="4" SIDES="TB"',
    Basis.IMPLIED: 'HEIGHT="6" SIDES="B" STYLE="DASHED"',
    Basis.ASSUMED: 'HEIGHT="6" SIDES="B" STYLE="DOTTED"',
}
TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="{}" CELLPADDING="{}">'


def legend(diagram: Diagram, mode: Mode) -> str:
    """The title and the legend of what a diagram shows."""
    title = clean(f"{diagram.title}: {diagram.subtitle}" if diagram.subtitle else diagram.title, TITLE)
    rows = ["".join(_phases(diagram, mode)), "".join(_events(diagram, mode) + _bases(diagram, mode))]
    cells = [f'<FONT POINT-SIZE="10" COLOR="{INKS[mode]["note"]}">{escape(title)}</FONT>']
    cells += [f"{TABLE.format(3, 4)}<TR>{row}</TR></TABLE>" for row in rows]
    return f"<{TABLE.format(0, 1)}{''.join(f'<TR><TD>{cell}</TD></TR>' for cell in cells)}</TABLE>>"


def _phases(diagram: Diagram, mode: Mode) -> list[str]:
    """A chip for every kind of state, always in the same order."""
    final = {phase_tone(box.phase, box.outcome): box.phase is Phase.TERMINAL for box in diagram.states}
    shown = {name: tone for name, tone in TONES[mode].items() if name in final}
    return [_chip(f"{SIGNS.get(name, '')} {name}".strip(), tone, final=final[name]) for name, tone in shown.items()]


def _events(diagram: Diagram, mode: Mode) -> list[str]:
    """A chip for every kind of event, and for what an overlay makes of them."""
    if "heat" in diagram.legend:
        names = {HEAT[0]: "rare", HEAT[-1]: "frequent"}
        chips = [_chip(names.get(heat, "·"), TONES[mode][heat.value]) for heat in HEAT]
    else:
        chips = [_chip(ASKED[actor], TONES[mode]["user" if actor is Actor.USER else "service"]) for actor in ASKED]
    unusual = {"never": "× never", "odd": "× not foreseen"}
    return chips + [_chip(text, TONES[mode]["never"]) for name, text in unusual.items() if name in diagram.legend]


def _chip(text: str, tone: Tone, *, final: bool = False) -> str:
    words = f'<FONT POINT-SIZE="8" COLOR="{tone.text}">{text}</FONT>'
    edge = f'BORDER="1" STYLE="ROUNDED" COLOR="{tone.border}"'
    if not final:
        return f'<TD {edge} BGCOLOR="{tone.fill}">{words}</TD>'
    inner = (
        f'<TABLE {edge} BGCOLOR="{tone.fill}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3"><TR><TD>{words}</TD></TR></TABLE>'
    )
    return f'<TD {edge} CELLPADDING="2">{inner}</TD>'


def _bases(diagram: Diagram, mode: Mode) -> list[str]:
    """A piece of every kind of line, with what it stands for."""
    drawn = {line.basis for line in diagram.lines}
    cells = [cell for basis in Basis if basis in drawn for cell in _line(SAMPLES[basis], basis.value, mode)]
    if any(line.contested for line in diagram.lines):
        cells += [
            f'<TD CELLPADDING="0"><FONT POINT-SIZE="8" COLOR="{INKS[mode]["edge"]}">●</FONT></TD>',
            _note("contested", mode),
        ]
    return cells


def _line(sample: str, name: str, mode: Mode) -> tuple[str, str]:
    piece = f'<TD WIDTH="24" FIXEDSIZE="TRUE" BORDER="1" COLOR="{INKS[mode]["edge"]}" {sample}></TD>'
    return (
        f'<TD CELLPADDING="0">{TABLE.format(0, 0)}<TR>{piece}</TR></TABLE></TD>',
        _note(name, mode),
    )


def _note(text: str, mode: Mode) -> str:
    return f'<TD><FONT POINT-SIZE="8" COLOR="{INKS[mode]["note"]}">{text}</FONT></TD>'
