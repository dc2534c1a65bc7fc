"""How values are put into words that people read: lengths of time, and names from outside made harmless.

Job names and states come from logs. They are data: whatever in them could steer a reader's eye or program is shown by its number.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

STEERING = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
"""Unicode categories that no name needs: controls, formats (direction marks among them), line separators."""
MINUTE, HOUR, DAY = 60, 3600, 86400


def safe(text: object) -> str:
    """Text from outside with everything escaped that could steer a terminal or the direction of a line."""
    shown = str(text)
    if shown.isprintable():  # nearly every text is, and this is many times faster
        return shown
    return "".join(char if unicodedata.category(char) not in STEERING else _number(char) for char in shown)


def _number(char: str) -> str:
    return char.encode("unicode_escape").decode()


def duration(length: timedelta) -> str:
    """A length of time in its two largest units: ``45m 19s``."""
    seconds = int(length.total_seconds())
    if seconds < MINUTE:
        return f"{seconds}s"
    if seconds < HOUR:
        return f"{seconds // MINUTE}m {seconds % MINUTE}s"
    if seconds < DAY:
        return f"{seconds // HOUR}h {seconds % HOUR // MINUTE}m"
    return f"{seconds // DAY}d {seconds % DAY // HOUR}h"


def repeated(value: object) -> str:
    """What somebody wrote, as an error repeats it: bounded."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case bool():
            return str(value).lower()
        case int() if value.bit_length() > 200:  # noqa: PLR2004  # Python refuses to print very long ones
            return "a very large number"
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."  # noqa: PLR2004  # enough to find it by
