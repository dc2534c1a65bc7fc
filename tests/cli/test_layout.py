"""Lines are broken between pieces, and nothing is lost or cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from jobstates.cli.layout import Row, flow, paragraph, table, words

WORDS = st.lists(st.text("abc漢", min_size=1, max_size=12), min_size=1, max_size=12)
WIDTHS = st.integers(1, 60)


@given(WORDS, WIDTHS, st.integers(0, 8))
def test_flowing_keeps_every_piece_whole_and_in_order(pieces: list[str], width: int, indent: int) -> None:
    text = flow([Text(piece) for piece in pieces], width, indent=indent)
    assert text.plain.split() == pieces


@given(WORDS, WIDTHS, st.integers(0, 8))
def test_a_line_is_too_wide_only_for_one_piece(pieces: list[str], width: int, indent: int) -> None:
    for line in paragraph(Text(" ".join(pieces)), width, indent).split("\n"):
        assert line.plain.startswith(" " * indent)
        assert line.cell_len <= width or len(line.plain.split()) == 1


@given(WORDS, WIDTHS)
def test_a_line_is_ended_only_when_the_next_piece_does_not_fit(pieces: list[str], width: int) -> None:
    lines = list(flow([Text(piece) for piece in pieces], width).split("\n"))
    for line, following in pairwise(lines):
        assert line.cell_len + 1 + words(following)[0].cell_len > width


@given(st.lists(st.tuples(st.text("abc漢", max_size=8), st.text("abc", max_size=8), WORDS), min_size=1, max_size=6), WIDTHS)
def test_a_table_loses_nothing(rows: list[tuple[str, str, list[str]]], width: int) -> None:
    made = [Row((Text(first), Text(second)), tuple(map(Text, rest))) for first, second, rest in rows]
    lines = list(table(made, width))
    for line, (first, second, rest) in zip(lines, rows, strict=True):
        assert line.plain.split() == [*first.split(), *second.split(), *rest]
        assert line.plain == line.plain.rstrip()


def test_cells_of_a_column_begin_at_the_same_place() -> None:
    rows = [Row((Text("漢字"), Text("b")), (Text("c"),)), Row((Text("a"), Text("bbb")), (Text("c"),)), Row((Text(), Text()))]
    assert [line.plain for line in table(rows, 80)] == ["漢字  b    c", "a     bbb  c", ""]


def test_what_does_not_fit_beside_the_cells_goes_below() -> None:
    row = Row((Text("you ask"), Text("drain"), Text("DRAINING")), (Text("documented"), Text("UpdateJob(x)")))
    assert [line.plain for line in table([row], 60)] == ["you ask  drain  DRAINING  documented UpdateJob(x)"]
    assert [line.plain for line in table([row], 40)] == [
        "you ask  drain  DRAINING  documented\n                          UpdateJob(x)"
    ]
    assert [line.plain for line in table([row], 36)] == ["you ask  drain  DRAINING  documented\n         UpdateJob(x)"]


def test_colours_survive() -> None:
    styled = flow([Text("a", "red"), Text("b", "bold")], 1)
    assert [(span.start, span.end, span.style) for span in styled.spans] == [(0, 1, "red"), (2, 3, "bold")]


def test_no_rows_are_no_table() -> None:
    assert list(table([], 80)) == []
