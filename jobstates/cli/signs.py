"""The signs of the output where a terminal or a file cannot hold them: each as one ASCII character, so that columns stay.

Which ones it can hold, its encoding says. A character that is no sign of ours becomes ``?``.
"""

from __future__ import annotations

import codecs

PLAIN = {
    "●": "o",
    "○": ".",
    "■": "#",
    "▶": "@",
    "─": "-",
    "┄": ".",
    "▸": ">",
    "→": ">",
    "×": "x",
    "·": "-",
    "…": "~",
    "“": '"',
    "”": '"',
}
"""The signs, and what stands for them."""
PLAINLY = "jobstates.signs"
"""The name by which a stream is told to write them so."""


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


codecs.register_error(PLAINLY, _plainly)
