"""Why we believe in an arrow: the basis, the source, and the sentence itself.

A sentence is quoted verbatim and short. White space is normalised and the cross-reference syntax of protocol buffers
(``[X][pkg.X]``) is shortened to what a reader sees (``X``); nothing else is changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from datetime import date


class Basis(StrEnum):
    """Why we believe in an arrow, the strongest reason first."""

    DOCUMENTED = "documented"
    """A sentence says so."""
    OBSERVED = "observed"
    """Published logs show it."""
    IMPLIED = "implied"
    """It follows from one or more sentences."""
    ASSUMED = "assumed"
    """No sentence and no log: a tolerance for what polling may see."""

    @property
    def weakness(self) -> int:
        """0 for the strongest basis, growing as it gets weaker."""
        return _WEAKNESS[self]


_WEAKNESS = {basis: place for place, basis in enumerate(Basis)}


@dataclass(frozen=True, slots=True)
class Source:
    """A document that says something about a lifecycle.

    A source makes citations: ``source.says("…")`` for a sentence that states the arrow, ``source.implies("…")`` for one that the
    arrow follows from.
    """

    title: str
    url: str
    read: date
    """The day it was read."""
    version: str = ""
    """Which version was read, where it has one."""
    docstring: str | None = None
    """Dotted path of the Python object that carries the text in the vendor's client library, where one does."""
    translated: bool = False
    """Whether the text was read in another language, so that the quotation is our translation."""

    def quote(self, text: str) -> Sentence:
        """One sentence of this source."""
        return Sentence(self, text)

    def says(self, text: str) -> Citation:
        """Cite a sentence that states the arrow."""
        return Citation(Basis.DOCUMENTED, (self.quote(text),))

    def implies(self, text: str) -> Citation:
        """Cite a sentence that the arrow follows from."""
        return Citation(Basis.IMPLIED, (self.quote(text),))


@dataclass(frozen=True, slots=True)
class Sentence:
    """A short verbatim quotation and where it stands."""

    source: Source
    text: str

    def __str__(self) -> str:
        mark = ", our translation" if self.source.translated else ""
        return f"“{self.text}” ({self.source.title}{mark})"


@dataclass(frozen=True, slots=True)
class Citation:
    """The reasons for one arrow, and the sentences that speak against it."""

    basis: Basis
    sentences: tuple[Sentence, ...] = ()
    against: tuple[Sentence, ...] = field(default=())
    note: str = ""
    """What the sentences leave open and how we read them; for an observed arrow, where it was seen."""

    @property
    def contested(self) -> bool:
        """Whether another sentence forbids what this one grants."""
        return bool(self.against)

    def also(self, sentence: Sentence) -> Self:
        """The same citation, supported by one more sentence."""
        return replace(self, sentences=(*self.sentences, sentence))

    def but(self, sentence: Sentence) -> Self:
        """The same citation, contested by another sentence."""
        return replace(self, against=(*self.against, sentence))

    def noting(self, note: str) -> Self:
        """The same citation with a remark."""
        return replace(self, note=note)

    def __str__(self) -> str:
        parts = [str(sentence) for sentence in self.sentences]
        parts += [f"against it: {sentence}" for sentence in self.against]
        if self.note:
            parts.append(self.note)
        return f"{self.basis}: {'; '.join(parts)}"


def seen(where: str) -> Citation:
    """Cite published logs: which jobs showed it, and when."""
    return Citation(Basis.OBSERVED, note=where)


def assumed(why: str) -> Citation:
    """Admit that nothing supports the arrow but a reason of ours."""
    return Citation(Basis.ASSUMED, note=why)
