"""The colours, each pair light then dark.

Every colour has a value of its own, so that one style sheet can turn a light picture into a dark one by value alone. The pairs
came out of a search that alternates lightness: fills and borders of any two phases stay apart for people who see red and green,
or blue and yellow, alike, and texts keep their contrast (see the tests). Colour is never the only sign: final states have two
borders, bad ends carry a mark, requests are filled, and the basis is a line's own pattern.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from jobstates.render.diagram import Mark
from jobstates.spec.arrow import Actor
from jobstates.spec.state import Outcome, Phase

if TYPE_CHECKING:
    from jobstates.render.diagram import Pill, StateBox


class Mode(StrEnum):
    """For which surroundings a picture is made."""

    AUTO = "auto"
    """SVG that follows its reader's mode; elsewhere the same as light."""
    LIGHT = "light"
    DARK = "dark"


class Tone(NamedTuple):
    """The colours of one box."""

    fill: str
    border: str
    text: str


# Each row: light fill, border and text, then dark fill, border and text.
_TONES = {
    "unspecified": "#f6f8f9 #7d8894 #4b545e #1a2028 #7d8895 #b1bac4",
    "waiting": "#f3e08e #8a6d00 #463700 #584700 #fcc419 #ffecb0",
    "active": "#b6d9fd #0969da #032a5c #0b2c63 #4d97fb #d6e8ff",
    "stopping": "#fcebf9 #5b1a7d #44105f #4a3d57 #e2c6fb #f6ebff",
    "success": "#ddfae8 #1f7a55 #06351f #1c513f #86efb9 #dcfbea",
    "failure": "#ffc6b0 #7d1f08 #551200 #4a1402 #ea6a42 #ffd9cb",
    "cancelled": "#cfd5db #39414b #20262d #1c2027 #959ca6 #d6dbe1",
    "service": "#fefefe #8c959f #24292f #161b22 #768390 #d1d7e0",
    "user": "#24292d #24292e #fdfdfd #e6edf4 #e6edf5 #0d1116",
    "faded": "#fbfcfd #d5dbe1 #848e99 #11161d #30363d #6f7985",
    "never": "#fff8f4 #b3260a #8a1c05 #2b1608 #ea6a43 #ffc9a3",
    "heat1": "#eaf3fb #0b5390 #0a2540 #0f2233 #a8d8f7 #e3f2fe",
    "heat2": "#c3dff5 #0b5391 #0a2541 #123a5c #a8d8f8 #e3f2fd",
    "heat3": "#86bce8 #0b5392 #0a2542 #1b5f94 #a8d8f9 #f4faff",
    "heat4": "#2468a2 #0b5393 #fcfdff #4a9fdb #a8d8fa #04101c",
    "heat5": "#0b5394 #0b5395 #fcfdfe #a8d8fb #a8d8fc #04101d",
}
_INKS = {
    "background": "#ffffff #0d1117",
    "ink": "#1f2328 #e6edf3",
    "edge": "#57606a #9da7b3",
    "faded_edge": "#ccd3da #343b44",
    "note": "#6e7781 #8b949e",
    "frame": "#f6f8fb #11161e",
    "frame_border": "#d0d7de #3d444d",
    "now": "#fffffe #0d1118",
}

_HALF = 3
_LIGHT = {name: Tone(*row.split()[:_HALF]) for name, row in _TONES.items()}
_DARK = {name: Tone(*row.split()[_HALF:]) for name, row in _TONES.items()}
_LIGHT_INKS = {name: row.split()[0] for name, row in _INKS.items()}
_DARK_INKS = {name: row.split()[1] for name, row in _INKS.items()}
TONES = {Mode.AUTO: _LIGHT, Mode.LIGHT: _LIGHT, Mode.DARK: _DARK}
INKS = {Mode.AUTO: _LIGHT_INKS, Mode.LIGHT: _LIGHT_INKS, Mode.DARK: _DARK_INKS}

HEAT = (Mark.HEAT_1, Mark.HEAT_2, Mark.HEAT_3, Mark.HEAT_4, Mark.HEAT_5)
_FAILURES = {Outcome.FAILED, Outcome.EXPIRED}
SIGNS = {"failure": "×", "cancelled": "■"}
"""What stands before the name of a state, beside its colour."""


def variables() -> dict[str, tuple[str, str]]:
    """Every colour by its name in a style sheet, such as ``waiting-fill``: light and dark."""
    boxes = {
        f"{name}-{part}": (getattr(tone, part), getattr(_DARK[name], part))
        for name, tone in _LIGHT.items()
        for part in Tone._fields
    }
    return boxes | {name.replace("_", "-"): (ink, _DARK_INKS[name]) for name, ink in _LIGHT_INKS.items()}


def declarations() -> tuple[str, str]:
    """The variables of a style sheet with their values: light, and dark."""
    named = variables()
    light, dark = ("".join(f"--js-{name}:{pair[place]};" for name, pair in named.items()) for place in (0, 1))
    return light, dark


def phase_tone(phase: Phase, outcome: Outcome | None) -> str:
    """The name of the tone for states of a phase, or of an outcome."""
    if phase is Phase.TERMINAL:
        if outcome is Outcome.CANCELLED:
            return "cancelled"
        return "failure" if outcome in _FAILURES else "success"
    return "waiting" if phase is Phase.PAUSED else phase.value


def state_tone(box: StateBox, mode: Mode) -> Tone:
    """The colours of a state."""
    if box.mark is Mark.FADED:
        return TONES[mode]["faded"]
    tone = TONES[mode][phase_tone(box.phase, box.outcome)]
    if box.mark is Mark.NOW:
        return Tone(tone.border, tone.border, INKS[mode]["now"])
    return tone


def pill_tone(pill: Pill, mode: Mode) -> Tone:
    """The colours of an event."""
    if pill.mark in (Mark.NEVER, Mark.ODD):
        return TONES[mode]["never"]
    if pill.mark is Mark.FADED or pill.mark in HEAT:
        return TONES[mode][pill.mark.value]
    return TONES[mode]["user" if pill.actor is Actor.USER else "service"]
