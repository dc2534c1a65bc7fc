"""Small pieces of HTML: chips, pills, quotations, links. Everything in them is escaped here."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from jobstates.render.links import may_link
from jobstates.render.palette import SIGNS, declarations, phase_tone
from jobstates.spec.arrow import Actor
from platform_pages.places import arrow_place, state_place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jobstates.spec.arrow import Arrow
    from jobstates.spec.citation import Citation, Sentence
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.state import JobState

CODE = re.compile(r"`([^`]+)`")
FENCE = "```"
TICK = "&#96;"
"""A backtick that ends no fence, whatever a quotation holds."""


def raw(html: str) -> str:
    """HTML as Markdown takes it."""
    text = html.replace("`", TICK)
    return f"{FENCE}{{raw}} html\n{text}\n{FENCE}\n"


def colours() -> str:
    """The palette as variables that follow the page's mode."""
    light, dark = declarations()
    return (
        f"<style>body{{{light}}}body[data-theme=dark]{{{dark}}}"
        f"@media (prefers-color-scheme:dark){{body:not([data-theme=light]){{{dark}}}}}</style>"
    )


def link(url: str, text: str) -> str:
    """A link, or its text where the address may not be one."""
    return f'<a href="{escape(url)}">{escape(text)}</a>' if may_link(url) else escape(text)


def chip(lifecycle: Lifecycle, state: JobState) -> str:
    """A state in its colours, leading to its section."""
    tone = phase_tone(state.phase, state.outcome)
    sign = f"{SIGNS[tone]} " if tone in SIGNS else ""
    final = " js-final" if state.terminal else ""
    place = state_place(lifecycle, state)
    return f'<a class="js-chip js-{tone}{final}" href="#{place}">{sign}{escape(state.name)}</a>'


def pill(arrow: Arrow) -> str:
    """An event as in the pictures."""
    guard = f" [{escape(arrow.guard)}]" if arrow.guard else ""
    return f'<span class="js-pill js-{"user" if arrow.actor is Actor.USER else "service"}">{escape(arrow.event)}{guard}</span>'


def basis(arrow: Arrow) -> str:
    """On what grounds an arrow stands."""
    contested = ', <strong class="js-contested">contested</strong>' if arrow.contested else ""
    return f'<span class="js-basis">{arrow.basis}{contested}</span>'


def quotes(citation: Citation) -> str:
    """The sentences, those against it, and the remark."""
    said = [_quote(sentence, "") for sentence in citation.sentences]
    said += [_quote(sentence, '<strong class="js-contested">but</strong> ') for sentence in citation.against]
    note = [f'<p class="js-note">{escape(citation.note)}</p>'] if citation.note else []
    return "".join([*said, *note])


def _quote(sentence: Sentence, before: str) -> str:
    source = sentence.source
    about = f"{source.title}, our translation" if source.translated else source.title
    return f'<blockquote class="js-quote">{before}“{_spelled(sentence.text)}” <cite>{link(source.url, about)}</cite></blockquote>'


def _spelled(text: str) -> str:
    """A quotation with what stands in backticks set as code."""
    return CODE.sub(r"<code>\1</code>", escape(text))


def card(lifecycle: Lifecycle, arrow: Arrow) -> str:
    """One arrow with everything that is claimed of it."""
    who = f"you ask: <code>{escape(str(arrow.request))}</code>" if arrow.request else "the service acts"
    place = arrow_place(lifecycle, arrow)
    head = (
        f"{pill(arrow)} <span>→</span> {chip(lifecycle, arrow.target)} <span class='js-who'>{who}</span> {basis(arrow)}"
        f"<a class='js-permalink' href='#{place}' aria-label='Link to this arrow'>#</a>"
    )
    return f'<div class="js-card js-{arrow.basis}" id="{place}"><p class="js-head">{head}</p>{quotes(arrow.citation)}</div>'


def arrow_link(lifecycle: Lifecycle, arrow: Arrow) -> str:
    """An arrow in one line, leading to its card."""
    way = f"{escape(arrow.source.name)} → {escape(arrow.target.name)}"
    return f'<a href="#{arrow_place(lifecycle, arrow)}">{way}</a> {pill(arrow)}'


def scrolling(label: str, html: str) -> str:
    """A box that scrolls where its content is wider than the page, by keyboard, too."""
    return f'<div class="js-scroll" tabindex="0" role="region" aria-label="{escape(label)}">{html}</div>'


def table(head: Iterable[str], rows: Iterable[Iterable[str]], *, kind: str) -> str:
    """A table of pieces that are HTML already, in a box of its own that scrolls."""
    top = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return scrolling(kind, f"<table class='js-table'><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>")
