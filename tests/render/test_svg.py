"""The SVG that is handed out: well formed, named, and in its reader's mode."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from jobstates import DataflowJobMachine, Lifecycle
from jobstates.platforms import platforms
from jobstates.render import Mode, diagram, export
from jobstates.render.palette import variables
from jobstates.render.svg import FONTS

SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
DATAFLOW = diagram(Lifecycle.of(DataflowJobMachine))
every_platform = pytest.mark.parametrize("platform", sorted(platforms()))


def parsed(platform: str, mode: str = "auto") -> ET.Element:
    """A platform's diagram, strictly read."""
    return ET.fromstring(export(diagram(platforms()[platform].lifecycle, frame=False), "svg", mode=mode))  # noqa: S314  # our own


@every_platform
def test_states_pills_lines_and_heads_are_found_by_their_ids(platform: str) -> None:
    drawn = diagram(platforms()[platform].lifecycle, frame=False)
    classes = {group.get("id"): group.get("class", "").split() for group in parsed(platform).iter(f"{SVG}g")}
    for box in drawn.states:
        assert {"node", "state"} <= set(classes[box.id])
    for pill in drawn.pills:
        assert {"node", "pill", pill.actor} <= set(classes[pill.id])
        assert {"edge", "head"} <= set(classes[f"head-{pill.id}"])
    for line in drawn.lines:
        assert {"edge", "line"} <= set(classes[line.id])


@every_platform
def test_ids_are_unique(platform: str) -> None:
    ids = [name for element in parsed(platform).iter() if (name := element.get("id"))]
    assert len(ids) == len(set(ids))


@every_platform
def test_every_state_pill_and_line_tells_its_sentence(platform: str) -> None:
    drawn = diagram(platforms()[platform].lifecycle, frame=False)
    told = {}
    for group in parsed(platform).iter(f"{SVG}g"):
        for link in group.findall(f"{SVG}g/{SVG}a"):
            told[group.get("id")] = link.get(f"{XLINK}title") or ""
    cited = {box.id: (box.quotes, box.note) for box in drawn.states} | {line.id: (line.quotes, line.note) for line in drawn.lines}
    for part, (quotes, note) in cited.items():
        assert (quotes[0].text if quotes else note) in told[part]
    assert all(pill.event in told[pill.id] for pill in drawn.pills)


def test_nothing_but_states_pills_and_lines_is_a_link() -> None:
    links = list(parsed("dataflow").iter(f"{SVG}a"))
    assert len(links) == len(DATAFLOW.states) + len(DATAFLOW.pills) + len(DATAFLOW.lines)
    assert all((link.get(f"{XLINK}href") or "https://").startswith("https://") for link in links)


def test_it_has_one_name_and_no_titles_of_the_engine() -> None:
    titles = [title.text for title in parsed("dataflow").iter(f"{SVG}title")]
    assert titles == ["Dataflow job lifecycle"]
    assert parsed("dataflow").get("role") == "img"


def test_its_fonts_are_found_everywhere() -> None:
    assert {text.get("font-family") for text in parsed("vertex").iter(f"{SVG}text")} == {FONTS}


def test_every_colour_has_a_variable_for_both_modes() -> None:
    svg = export(DATAFLOW, "svg").decode()
    style = "".join(re.findall(r"<style>(.*?)</style>", svg, re.DOTALL))
    body = svg.replace(style, "")
    light = {pair[0]: name for name, pair in variables().items()}
    for part, colour in set(re.findall(r'(fill|stroke)="(#[0-9a-f]{6})"', body)):
        assert f'[{part}="{colour}"]{{{part}:var(--js-{light[colour]})}}' in style
    assert "@media (prefers-color-scheme:dark)" in style
    assert "[data-theme=dark]" in style


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_picture_of_one_mode_keeps_it(mode: str) -> None:
    svg = export(DATAFLOW, "svg", mode=mode).decode()
    assert "prefers-color-scheme" not in svg
    ground = variables()["background"][mode == "dark"]
    assert f'fill="{ground}"' in svg


def test_the_same_diagram_is_the_same_bytes() -> None:
    again = diagram(Lifecycle.of(DataflowJobMachine))
    assert export(DATAFLOW, "svg") == export(again, "svg")
    assert export(DATAFLOW, "png") == export(again, "png")


def test_modes_are_told_apart_by_name() -> None:
    with pytest.raises(ValueError, match="twilight"):
        export(DATAFLOW, "svg", mode="twilight")
    assert export(DATAFLOW, "dot", mode=Mode.DARK) == export(DATAFLOW, "dot", mode="dark")
