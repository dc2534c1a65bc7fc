"""Markdown: two tables that a reader of GitHub's dialect reads back as the states and arrows they were written from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from jobstates.render import diagram, with_coverage, with_path
from jobstates.render.labels import clean
from jobstates.render.markdown import markdown
from tests.render.support import VERTEX, history, texts
from tests.strategies import LIFECYCLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

    from jobstates import Lifecycle
    from jobstates.render import Diagram
    from jobstates.render.diagram import Line

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tables(text: str) -> list[list[dict[str, str]]]:
    """Every table as its rows, each by the names of the columns, as the text that is seen."""
    found: list[list[list[str]]] = []
    for kind, cell in _cells(READER.parse(text)):
        if kind == "table_open":
            found.append([])
        elif kind == "tr_open":
            found[-1].append([])
        elif kind == "inline":
            found[-1][-1].append(cell)
    return [[dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for rows in found]


def _cells(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    inside = False
    for token in tokens:
        inside = (inside or token.type == "table_open") and token.type != "table_close"
        if inside:
            yield token.type, "".join(child.content for child in token.children or ())


def by_state(drawn: Diagram) -> list[Line]:
    """The arrows in the order of the states they leave."""
    places = [box.id for box in drawn.states]
    return sorted(drawn.lines, key=lambda line: places.index(line.source))


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda lifecycle: lifecycle.platform)
def test_the_tables_read_back_are_the_states_and_the_arrows(lifecycle: Lifecycle) -> None:
    drawn = diagram(lifecycle)
    states, arrows = tables(markdown(drawn))
    assert [(row["State"], row["Number"], row["Phase"]) for row in states] == [
        (box.name, str(box.number), box.phase.value) for box in drawn.states
    ]
    names = {box.id: box.name for box in drawn.states}
    assert [(row["State"], row["Event"], row.get("Only if", ""), row["Target"]) for row in arrows] == [
        (names[line.source], line.event, line.guard or "", names[line.target]) for line in by_state(drawn)
    ]
    assert [row["By"] for row in arrows] == [line.request or "the service" for line in by_state(drawn)]
    assert [row["Basis"] for row in arrows] == [f"{line.basis}{', contested' * line.contested}" for line in by_state(drawn)]


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda lifecycle: lifecycle.platform)
def test_every_arrow_has_its_sentences_in_full(lifecycle: Lifecycle) -> None:
    drawn = diagram(lifecycle)
    _, arrows = tables(markdown(drawn))
    for row, line in zip(arrows, by_state(drawn), strict=True):
        said = row["Sentence"]
        assert all(f"“{quote.text}” ({quote.source}" in said for quote in line.quotes)
        assert all(f"But: “{quote.text}” ({quote.source}" in said for quote in line.against)
        assert said.endswith(line.note)


def test_each_sentence_links_to_its_document() -> None:
    drawn = diagram(VERTEX)
    links = {quote.url for line in drawn.lines for quote in (*line.quotes, *line.against)}
    links |= {quote.url for box in drawn.states for quote in box.quotes}
    inner = [child for token in READER.parse(markdown(drawn)) for child in token.children or ()]
    assert {str(child.attrs["href"]) for child in inner if child.type == "link_open"} == links


def test_a_name_links_to_where_it_was_told_to() -> None:
    text = markdown(diagram(VERTEX, href=lambda part: f"https://example.com/{part}"))
    assert "| [RUNNING](https://example.com/RUNNING) |" in text


def test_columns_of_which_nothing_is_known_are_left_out() -> None:
    drawn = diagram(VERTEX, VERTEX.job_type(kind="modelMonitoringJobs"))
    states, arrows = tables(markdown(drawn))
    assert set(states[0]) == {"State", "Number", "Phase", "Outcome", "Sentence"}
    assert set(arrows[0]) == {"State", "Event", "By", "Only if", "Target", "Basis", "Sentence"}
    unguarded = tuple(line.model_copy(update={"guard": None}) for line in drawn.lines)
    _, arrows = tables(markdown(drawn.model_copy(update={"lines": unguarded})))
    assert "Only if" not in arrows[0]


def test_overlays_have_columns_of_their_own() -> None:
    life = history("customJobs/1", "QUEUED", "PENDING", "RUNNING", "FAILED")
    states, arrows = tables(markdown(with_path(diagram(VERTEX), life)))
    assert {row["State"]: (row["Mark"], row["Stay"]) for row in states}["RUNNING"] == ("taken", "1m 0s")
    assert {row["State"]: row["Mark"] for row in states}["FAILED"] == "now"
    assert [row["When"] for row in arrows if row["When"]] == ["1 · 05:00:00", "2 · 05:01:00", "3 · 05:02:00", "4 · 05:03:00"]
    _, counted = tables(markdown(with_coverage(diagram(VERTEX), life.events)))
    assert {row["Times"]: row["Mark"] for row in counted} == {"0": "never", "1": ""}


@given(texts())
def test_a_name_is_read_back_as_it_can_be_shown(name: str) -> None:
    drawn = diagram(VERTEX, VERTEX.job_type(kind="modelMonitoringJobs"))
    box = drawn.states[0].model_copy(update={"name": name})
    states, _ = tables(markdown(drawn.model_copy(update={"states": (box, *drawn.states[1:])})))
    assert states[0]["State"].strip() == clean(name, 2000).strip()


@given(st.sampled_from(LIFECYCLES))
def test_heading_and_tables_are_all_there_is(lifecycle: Lifecycle) -> None:
    tokens = [token.type for token in READER.parse(markdown(diagram(lifecycle))) if token.level == 0 and token.nesting == 1]
    assert tokens == ["heading_open", "heading_open", "table_open", "heading_open", "table_open"]
