"""Mermaid: the same picture as far as its language goes, and nothing in it that GitHub would not draw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from jobstates.render import diagram, with_coverage, with_current, with_heat, with_path
from jobstates.render.mermaid import mermaid
from jobstates.spec.arrow import Actor
from jobstates.spec.citation import Basis
from tests.render.support import VERTEX, history
from tests.strategies import LIFECYCLES

if TYPE_CHECKING:
    from jobstates import Lifecycle
    from jobstates.render import Diagram
    from jobstates.render.diagram import Line

TOY = """\
---
config:
  flowchart:
    nodeSpacing: 14
    rankSpacing: 26
    padding: 7
    wrappingWidth: 320
---
flowchart TB
    accTitle: Vertex AI job lifecycle: modelMonitoringJobs
"""


def edges(text: str) -> list[tuple[str, str, str]]:
    """The edges of a flowchart in order: source, pattern, target."""
    return re.findall(r"^    (\w+) (---|===|-\.-|-->|==>|-\.->)(?:\|\"!\"\|)? (\w+)$", text, re.MULTILINE)


def styles(text: str) -> dict[int, str]:
    """What is said of single edges, by their place."""
    found = re.findall(r"^    linkStyle ([\d,]+) (.*)$", text, re.MULTILINE)
    return {int(place): style for places, style in found for place in places.split(",")}


def named(part: str) -> str:
    """What a part is called in the flowchart."""
    return part.replace("-", "_")


def in_order(drawn: Diagram) -> list[Line]:
    """The lines in the order in which they have to be written: towards the earliest states first."""
    places = [box.id for box in drawn.states]
    return sorted(drawn.lines, key=lambda line: places.index(line.target))


def job(kind: str) -> Diagram:
    return diagram(VERTEX, VERTEX.job_type(kind=kind))


def test_it_begins_with_settings_direction_and_a_title_for_screen_readers() -> None:
    text = mermaid(job("modelMonitoringJobs"))
    assert text.startswith(TOY.removesuffix("modelMonitoringJobs\n"))
    assert "accDescr: Boxes are states" in text


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda lifecycle: lifecycle.platform)
def test_every_state_event_and_arrow_is_there_once(lifecycle: Lifecycle) -> None:
    drawn = diagram(lifecycle)
    text = mermaid(drawn)
    nodes = re.findall(r"^    (\w+)[\[(]", text, re.MULTILINE)
    assert nodes == ["start", *(named(box.id) for box in drawn.states), *(named(pill.id) for pill in drawn.pills)]
    lines, heads = len(drawn.lines), len(drawn.pills)
    assert len(edges(text)) == lines + heads + 1
    assert [(source, pill) for source, _, pill in edges(text)[1 : lines + 1]] == [
        (named(line.source), named(line.pill)) for line in in_order(drawn)
    ]
    assert [target for _, _, target in edges(text)[lines + 1 :]] == [named(pill.target) for pill in drawn.pills]


def test_each_basis_has_a_pattern_of_its_own() -> None:
    drawn = diagram(VERTEX)
    text = mermaid(drawn)
    patterns: dict[Basis | None, set[tuple[str, str]]] = {}
    for place, line in enumerate(in_order(drawn), 1):
        patterns.setdefault(line.basis, set()).add((edges(text)[place][1], styles(text).get(place, "")))
    assert patterns == {
        Basis.DOCUMENTED: {("---", "")},
        Basis.OBSERVED: {("===", "")},
        Basis.IMPLIED: {("-.-", "stroke-dasharray:8 4")},
        Basis.ASSUMED: {("-.-", "stroke-dasharray:2 4")},
    }


def test_final_states_have_double_sides_and_ends_without_success_a_sign() -> None:
    text = mermaid(diagram(VERTEX))
    assert 'state_SUCCEEDED[["SUCCEEDED · 4"]]:::state_success' in text
    assert 'state_FAILED[["\N{MULTIPLICATION SIGN} FAILED · 5"]]:::state_failure' in text
    assert 'state_CANCELLED[["■ CANCELLED · 7"]]:::state_cancelled' in text
    assert 'state_RUNNING("RUNNING · 3"):::state_active' in text


def test_requests_are_told_from_what_the_service_does() -> None:
    drawn = diagram(VERTEX)
    text = mermaid(drawn)
    for actor in Actor:
        assert text.count(f'"]):::event_{actor}') == sum(pill.actor is actor for pill in drawn.pills)


def test_a_guard_stands_in_brackets_and_a_contested_arrow_is_marked() -> None:
    drawn = diagram(VERTEX)
    text = mermaid(drawn)
    assert "#91;has_cancel#93;" in text
    assert text.count('|"!"|') == sum(line.contested for line in drawn.lines) > 0


def test_a_state_links_to_where_it_is_described() -> None:
    text = mermaid(diagram(VERTEX, href=lambda part: f"https://example.com/#{part}"))
    assert 'click state_RUNNING href "https://example.com/#RUNNING" _blank' in text


def test_overlays_are_shown_too() -> None:
    life = history("customJobs/1", "QUEUED", "PENDING", "RUNNING", "FAILED")
    drawn = diagram(VERTEX)
    assert 'state_RUNNING("► RUNNING · 3"):::state_active_now' in mermaid(with_current(drawn, VERTEX.state("RUNNING")))
    path = mermaid(with_path(drawn, life))
    assert "<br>1m 0s" in path
    assert ":::event_service_taken" in path
    assert ",opacity:0.3" in path
    assert ": 1</" not in path
    heat = mermaid(with_heat(drawn, life.events))
    assert "start: 1" in heat
    assert ":::event_service_heat5" in heat
    assert '(["\N{MULTIPLICATION SIGN} pause' in mermaid(with_coverage(drawn, life.events))


def test_ids_that_differ_only_in_signs_stay_apart() -> None:
    drawn = job("modelMonitoringJobs")
    first, second = drawn.states[:2]
    same = drawn.model_copy(
        update={
            "states": (first.model_copy(update={"id": "state-a.b"}), second.model_copy(update={"id": "state-a-b"})),
            "pills": (),
            "lines": (),
            "initial": "state-a.b",
        }
    )
    names = re.findall(r"^    (\w+)\(\"", mermaid(same), re.MULTILINE)
    assert len(set(names)) == len(names) == 2
