"""Lines broken where a reader would break them: between the pieces of a text. Nothing is ever cut off.

A piece that is wider than the terminal is left to the terminal, so that what is copied from it is whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

GAP = 2
"""Blanks between columns."""
HANGING = 4
"""By how many columns more a line begins that goes on with another."""


class Row(NamedTuple):
    """One row of a table: cells that are aligned with those of other rows, then pieces that flow."""

    cells: tuple[Text, ...]
    rest: tuple[Text, ...] = ()


def flow(pieces: Iterable[Text], width: int, *, at: int = 0, indent: int = 0, gap: int = 1) -> Text:
    """Pieces one after another, on a new line where one is full.

    Args:
        pieces: what is not to be broken.
        width: of a whole line.
        at: the column where the first line begins.
        indent: the column where the following lines begin.
        gap: blanks between two pieces on one line.
    """
    text, column, blank = Text(), at, 0
    for piece in pieces:
        if column > indent and column + blank + piece.cell_len > width:
            text.append(f"\n{' ' * indent}")
            column = indent
        else:
            text.append(" " * blank)
            column += blank
        text.append_text(piece)
        column += piece.cell_len
        blank = gap
    return text


def words(text: Text) -> list[Text]:
    """A text as pieces that may be broken at every blank."""
    return list(text.split(" "))


def paragraph(text: Text, width: int, indent: int) -> Text:
    """Running text, every line of it indented."""
    return Text(" " * indent).append_text(flow(words(text), width, at=indent, indent=indent))


def fitted(text: Text, width: int) -> Text:
    """The same text, of which every line that is too wide goes on below."""
    if width >= max(map(cell_len, text.plain.split("\n"))):
        return text
    return Text("\n").join(_broken(line, width) for line in text.split("\n", allow_blank=True))


def _broken(line: Text, width: int) -> Text:
    if line.cell_len <= width:
        return line
    pieces = words(line)
    blanks = next((place for place, piece in enumerate(pieces) if piece), 0)
    return Text(" " * blanks).append_text(flow(pieces[blanks:], width, at=blanks, indent=blanks + HANGING))


def table(rows: Sequence[Row], width: int) -> Iterator[Text]:
    """Rows with their cells aligned, and the rest of each beside them or, where that is too narrow, below."""
    columns = [max(cell.cell_len for cell in column) for column in zip(*(row.cells for row in rows), strict=True)]
    beside = sum(columns) + GAP * len(columns)
    widest = max((piece.cell_len for row in rows for piece in row.rest), default=0)
    indent = beside if beside + widest <= width else columns[0] + GAP
    for row in rows:
        line = Text()
        for cell, column in zip(row.cells, columns, strict=True):
            line.append_text(cell).append(" " * (column - cell.cell_len + GAP))
        line.append_text(flow(row.rest, width, at=beside, indent=indent))
        line.rstrip()
        yield line
