"""The colours: apart for every eye, in contrast with what stands on them, and each with a value of its own."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from coloraide.everything import ColorAll as Color

from jobstates.render import Mode
from jobstates.render.diagram import Mark, StateBox
from jobstates.render.palette import HEAT, INKS, TONES, phase_tone, state_tone, variables
from jobstates.spec.state import Outcome, Phase

EYES = ("normal", "protan", "deutan", "tritan")
PHASES = ("waiting", "active", "stopping", "success", "failure", "cancelled")
READ = [name for name in TONES[Mode.LIGHT] if name != "faded"]
"""The tones whose text has to be read; what a job did not come by steps back on purpose."""
BORDERED = [name for name in READ if name != "user"]
"""The tones that are told from the background by their border."""
BOTH = (Mode.LIGHT, Mode.DARK)

FILLS_APART = {Mode.LIGHT: 5.9, Mode.DARK: 10.0}
"""By CIEDE2000; the one closest pair of light fills, success and cancelled, is told apart by a sign in the name, too."""
BORDERS_APART = {Mode.LIGHT: 12.5, Mode.DARK: 16.0}
TEXT, TEXT_ON_HEAT = 7.2, 4.5
BORDER, LEAST = 3.6, 3.0
"""On the background: of a phase, and of anything that has to be seen at all."""
EDGE, INK = 6.3, 12


def seen(colour: str, eye: str) -> Color:
    """A colour as an eye sees it that lacks one kind of cone altogether, after Machado, Oliveira and Fernandes (2009)."""
    return Color(colour) if eye == "normal" else Color(colour).filter(eye, 1.0, method="machado").clip()


def closest(colours: list[str], eye: str) -> float:
    """The smallest difference between any two colours."""
    shown = [seen(colour, eye) for colour in colours]
    return min(one.delta_e(other, method="2000") for one, other in combinations(shown, 2))


def contrast(one: str, other: str) -> float:
    return float(Color(one).contrast(other, method="wcag21"))


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("mode", BOTH)
def test_phases_are_told_apart_by_fill_and_by_border(mode: Mode, eye: str) -> None:
    assert closest([TONES[mode][name].fill for name in PHASES], eye) >= FILLS_APART[mode]
    assert closest([TONES[mode][name].border for name in PHASES], eye) >= BORDERS_APART[mode]


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize("mode", BOTH)
def test_text_can_be_read_on_its_fill(mode: Mode, name: str) -> None:
    tone = TONES[mode][name]
    assert contrast(tone.text, tone.fill) >= (TEXT_ON_HEAT if name in HEAT else TEXT)


@pytest.mark.parametrize("name", PHASES)
@pytest.mark.parametrize("mode", BOTH)
def test_the_state_a_job_is_in_now_can_be_read(mode: Mode, name: str) -> None:
    phase = Phase.TERMINAL if name in ("success", "failure", "cancelled") else Phase(name)
    outcomes = {"success": Outcome.SUCCEEDED, "failure": Outcome.FAILED, "cancelled": Outcome.CANCELLED}
    box = StateBox(id="state-X", name="X", wire="X", number=1, phase=phase, outcome=outcomes.get(name), mark=Mark.NOW)
    assert phase_tone(box.phase, box.outcome) == name
    tone = state_tone(box, mode)
    assert tone.fill == TONES[mode][name].border
    assert contrast(tone.text, tone.fill) >= 4.5


@pytest.mark.parametrize("mode", BOTH)
def test_borders_lines_and_notes_stand_out_from_the_background(mode: Mode) -> None:
    background = INKS[mode]["background"]
    borders = {name: contrast(TONES[mode][name].border, background) for name in PHASES}
    assert min(borders.values()) >= BORDER, borders
    assert min(contrast(TONES[mode][name].border, background) for name in BORDERED) >= LEAST
    assert contrast(INKS[mode]["edge"], background) >= EDGE
    assert contrast(INKS[mode]["note"], background) >= 4.5
    assert contrast(INKS[mode]["ink"], background) >= INK


@pytest.mark.parametrize("mode", BOTH)
def test_what_is_faded_steps_back_behind_what_is_not(mode: Mode) -> None:
    background = INKS[mode]["background"]
    assert contrast(INKS[mode]["faded_edge"], background) * 2 < contrast(INKS[mode]["edge"], background)
    assert contrast(TONES[mode]["faded"].border, background) * 2 < min(
        contrast(TONES[mode][name].border, background) for name in PHASES
    )


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("mode", BOTH)
def test_heat_grows_in_one_direction_for_every_eye(mode: Mode, eye: str) -> None:
    lightness = [seen(TONES[mode][mark.value].fill, eye).convert("lab-d65")["l"] for mark in HEAT]
    steps = [other - one for one, other in pairwise(lightness)]
    assert all(step < -5 for step in steps) if mode is Mode.LIGHT else all(step > 5 for step in steps)


@pytest.mark.parametrize("mode", BOTH)
def test_who_acts_is_told_by_light_and_dark(mode: Mode) -> None:
    service, user = TONES[mode]["service"], TONES[mode]["user"]
    assert contrast(service.fill, user.fill) >= 12


def test_every_colour_has_a_value_of_its_own() -> None:
    pairs = variables()
    for side in (0, 1):
        values = [pair[side] for pair in pairs.values()]
        assert len(set(values)) == len(values)
    assert {light for light, _ in pairs.values()}.isdisjoint({dark for _, dark in pairs.values()})


def test_a_picture_that_follows_its_reader_is_light_where_nobody_follows() -> None:
    assert TONES[Mode.AUTO] == TONES[Mode.LIGHT]
    assert INKS[Mode.AUTO] == INKS[Mode.LIGHT]


def test_ends_without_success_have_signs_of_their_own() -> None:
    tones = {outcome: phase_tone(Phase.TERMINAL, outcome) for outcome in Outcome}
    assert [outcome for outcome, tone in tones.items() if tone == "failure"] == [Outcome.FAILED, Outcome.EXPIRED]
    assert [outcome for outcome, tone in tones.items() if tone == "cancelled"] == [Outcome.CANCELLED]
