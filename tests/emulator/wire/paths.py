"""Random values for the variables of a path template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

SEGMENTS = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=6).filter(
    lambda text: text.strip(".")
)
"""Anything but a slash, which no client escapes within a resource's name, and the dots that HTTP libraries resolve."""
_VARIABLE = re.compile(r"\{([\w.]+)(?:=([^}]*))?\}")


def variables(template: str, segment: Callable[[], str] = str) -> dict[str, str]:
    """A value for each variable of a template, by the field that it fills."""
    return {field: re.sub(r"\*", lambda _: segment(), within or "*") for field, within in _VARIABLE.findall(template)}


def fill(message: Any, field: str, value: str) -> None:
    """Set a field, dotted where it lies within another."""
    *within, last = field.split(".")
    for part in within:
        message = getattr(message, part)
    setattr(message, last, value)
