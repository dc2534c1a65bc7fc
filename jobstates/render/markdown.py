"""A diagram as Markdown: a table of its states and a table of its arrows, each with the sentence it rests on.

The tables are those of GitHub's dialect. Whatever stands in a name or a sentence is text there, never markup; columns of which
nothing is known are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jobstates.render.diagram import Mark
from jobstates.render.labels import clean
from jobstates.render.links import safe_link
from jobstates.spec.arrow import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jobstates.render.diagram import Diagram, Line, Pill, Quote, StateBox

    Row = Mapping[str, str]

MARKUP = re.compile(r"[\\`*\[\]<>&|~!#$]|(?<![^\W_])_|_(?![^\W_])")
"""What may begin markup. An underscore inside a word does not."""
TAKEN = (Mark.TAKEN, Mark.ODD)
LONGEST = 2000
WORDS = {Mark.NOW: "now", Mark.TAKEN: "taken", Mark.NEVER: "never", Mark.ODD: "not in the lifecycle"}


def markdown(diagram: Diagram) -> str:
    """The diagram as two tables under a heading."""
    names = {box.id: _text(box.name) for box in diagram.states}
    pills = {pill.id: pill for pill in diagram.pills}
    places = {box.id: place for place, box in enumerate(diagram.states)}
    lines = sorted(diagram.lines, key=lambda line: places[line.source])
    parts = [
        f"# {_text(diagram.title)}",
        *([_text(diagram.subtitle)] if diagram.subtitle else []),
        "## States",
        _table([_state(box) for box in diagram.states]),
        "## Arrows",
        _table([_arrow(line, pills[line.pill], names) for line in lines]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _state(box: StateBox) -> Row:
    return {
        "State": _named(box.name, box),
        "Number": "" if box.number is None else str(box.number),
        "Phase": str(box.phase),
        "Outcome": str(box.outcome or "").replace("_", " "),
        "Mark": WORDS.get(box.mark, ""),
        "Stay": _lines(box.lines),
        "Sentence": _grounds(box.quotes, box.against, box.note),
    }


def _arrow(line: Line, pill: Pill, names: Mapping[str, str]) -> Row:
    asked = _text(line.request or "a request") if line.actor is Actor.USER else "the service"
    return {
        "State": names[line.source],
        "Event": _named(line.event, line),
        "By": asked,
        "Only if": _text(line.guard or ""),
        "Target": names[line.target],
        "Basis": f"{line.basis or ''}{', contested' * line.contested}",
        "Mark": WORDS.get(line.mark, ""),
        "When": _lines(pill.lines) if line.mark in TAKEN else "",
        "Times": "" if line.count is None else str(line.count),
        "Sentence": _grounds(line.quotes, line.against, line.note),
    }


def _table(rows: Sequence[Row]) -> str:
    """Rows as a table of the columns in which anything stands."""
    columns = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    lines = [columns, ["---"] * len(columns), *([row[name] for name in columns] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) if columns else ""


def _grounds(quotes: Iterable[Quote], against: Iterable[Quote], note: str) -> str:
    said = [_quoted(quote) for quote in quotes] + [f"But: {_quoted(quote)}" for quote in against]
    return " ".join([*said, *([_text(note)] if note else [])])


def _quoted(quote: Quote) -> str:
    translated = ", our translation" * quote.translated
    return f"“{_text(quote.text)}” ({_linked(quote.source, quote.url)}{translated})"


def _named(name: str, part: StateBox | Line) -> str:
    """A name with its link, unless that leads to where the sentence behind it leads anyway."""
    cited = {quote.url for quote in (*part.quotes, *part.against)}
    return _text(name) if part.href in cited else _linked(name, part.href)


def _linked(text: str, url: str) -> str:
    link = safe_link(url)
    return f"[{_text(text)}]({link})" if link else _text(text)


def _lines(lines: Iterable[str]) -> str:
    return ", ".join(map(_text, lines))


def _text(text: str) -> str:
    """A text as nothing but text."""
    return MARKUP.sub(r"\\\g<0>", clean(text, LONGEST)) if text else ""
