"""Lengths of time as people write them: ``90s``, ``1h 30m``, ``PT10M``, a number of seconds. They come out as seconds."""

from __future__ import annotations

import re
from datetime import timedelta

from jobstates.spec.wording import repeated

LONGEST = timedelta(days=36_525).total_seconds()
"""A century, in seconds: a moment that far from now is still a moment."""
UNITS = {"w": 604_800.0, "d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+)"
# What a part has taken it keeps (``+``), so that no text makes it try again and again.
SPOKEN = re.compile("".join(rf"(?:(?P<{unit}>{NUMBER})\s*+{unit}(?!s)\s*+)?+" for unit in UNITS), re.ASCII)
ISO_8601 = re.compile(
    rf"P(?:(?P<w>{NUMBER})W)?(?:(?P<d>{NUMBER})D)?(?:T(?:(?P<h>{NUMBER})H)?(?:(?P<m>{NUMBER})M)?(?:(?P<s>{NUMBER})S)?)?", re.ASCII
)
PLAIN = re.compile(rf"(?P<s>{NUMBER})", re.ASCII)


def seconds(length: object) -> float:
    """A length of time in seconds, from a number of them, a timedelta, or text: ``90s``, ``1h 30m``, ``250ms``, ``PT10M``.

    What ``wording.duration`` prints is read back.

    Raises:
        ValueError: it is none of these, or negative, or no number, or longer than a century.
    """
    match length:
        case timedelta():
            number = length.total_seconds()
        case str() if (found := _written(length.strip())) is not None:
            number = found
        case int() | float() if not isinstance(length, bool):
            number = length
        case _:
            raise ValueError(
                f"expected a length of time such as 90s, 1h 30m, PT10M or a number of seconds, found {repeated(length)}"
            )
    if not 0 <= number <= LONGEST:  # which nothing that is no number does
        raise ValueError(f"expected a length of time from 0 seconds to a century, found {repeated(length)}")
    return float(number)


def _written(text: str) -> float | None:
    for form in (SPOKEN, ISO_8601, PLAIN):
        if (found := form.fullmatch(text)) and any(found.groups()):
            return sum(float(amount) * UNITS[unit] for unit, amount in found.groupdict().items() if amount)
    return None
