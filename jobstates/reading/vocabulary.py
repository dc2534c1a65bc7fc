"""How a state is spelled in text, and who is asked what a word means.

This room lists no platform's states. It knows the shape ``JOB_STATE_…`` / ``PIPELINE_STATE_…``, which is evidence enough beside a
job's name; for a bare word (``Running``, ``QUEUED``) and for what is final it asks a ``Vocabulary``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

PLATFORMS = (VERTEX, PIPELINE, DATAFLOW) = ("vertex", "vertex-pipeline", "dataflow")

STATE = r"(?<![A-Z0-9_])(?:JOB|PIPELINE)_STATE_[A-Z_]*[A-Z](?![A-Z0-9_])"
WORD = r"[A-Za-z]+(?:[_ ][A-Za-z]+){0,4}"
_RUN = re.compile(STATE)
_VALUE = re.compile(rf"<?(?:\w{{1,60}}[.(])*({STATE})(?:: '\w{{1,80}}'>|, \d{{1,3}}\)|>|\))?")
_WORD = re.compile(WORD)
_NUMBER = re.compile(r"\d{1,3}")


class Vocabulary(Protocol):
    """What a reader has to be told about the platforms."""

    def knows(self, platform: str, word: str, /) -> bool:
        """Whether a word, with or without its prefix and in any case, is a state of the platform."""
        ...

    def terminal(self, platform: str, state: str | int, /) -> bool:
        """Whether a state, as spelled in a file, is a final one of the platform."""
        ...

    def has_kind(self, platform: str, collection: str, /) -> bool:
        """Whether the platform's jobs live in such a resource collection, such as ``customJobs``."""
        ...


class Wordless:
    """The vocabulary that knows nothing: only prefixed states are read, and no end time is trusted."""

    def knows(self, _platform: str, _word: str, /) -> bool:
        """No."""
        return False

    def terminal(self, _platform: str, _state: str | int, /) -> bool:
        """Not as far as is known."""
        return False

    def has_kind(self, _platform: str, _collection: str, /) -> bool:
        """Not as far as is known."""
        return False


class Spelled(NamedTuple):
    """A prefixed state and where in the text it stands."""

    state: str
    start: int
    end: int


def states_in(text: str, vocabulary: Vocabulary) -> Iterator[Spelled]:
    """Every prefixed state of a text, in order.

    A terminal glues what follows to the token (``JOB_STATE_RUNNINGWaiting``): the capital before a small letter belongs to the
    glued word, unless only with it the state is known.
    """
    if "_STATE_" not in text:
        return
    for run in _RUN.finditer(text):
        word = run[0]
        if text[run.end() : run.end() + 1].islower() and not any(vocabulary.knows(platform, word) for platform in PLATFORMS):
            word = word[:-1]
        yield Spelled(word, run.start(), run.start() + len(word))


def spelling(value: Any) -> str | int | None:  # noqa: ANN401  # whatever a document holds
    """The state that a field's value spells: a prefixed name in any of its wrappings, a small number, or one bare word.

    None when the value is not of a state's shape.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 1000 else None  # noqa: PLR2004  # no enum numbers its values so high
    if not isinstance(value, str) or len(value) > 200:  # noqa: PLR2004  # no name is so long
        return None
    text = value.strip()
    if token := _VALUE.fullmatch(text):
        return token[1]
    if _NUMBER.fullmatch(text):
        return int(text)
    return text if _WORD.fullmatch(text) else None


def prefixed(state: str | int) -> bool:
    """Whether a state carries the prefix that other services' words lack."""
    return isinstance(state, str) and _RUN.fullmatch(state) is not None
