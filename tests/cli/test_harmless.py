"""Names from logs are data: nothing in them steers a terminal, breaks a line, or hides what follows."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.spec.wording import safe
from tests.cli.support import CUSTOM, history, run

HOSTILE = {
    "clear the screen": "\x1b[2J",
    "set the title": "\x1b]0;owned\x07",
    "eight-bit control": "\x9b31m",
    "right to left": "\u202eDENIAF",
    "isolate": "\u2066x\u2069",
    "new line": "\nDONE  ■ succeeded",
    "line separator": "\u2028x",
    "carriage return": "\rDONE",
    "backspace": "x\b\b",
    "zero width": "a\u200bb",
    "tag": "\U000e0041",
    "lone surrogate": "\ud800",
    "private use": "\ue000",
}


def steering(text: str) -> list[str]:
    """Every character of a text that a terminal could obey, but for the ends of lines."""
    return [char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"} and char != "\n"]


@pytest.mark.parametrize("evil", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("columns", [None, 80])
def test_a_hostile_job_name_is_escaped(evil: str, columns: int | None) -> None:
    ended = run("replay", "--platform", "vertex", "-", stdin=history("RUNNING", job=f"job{evil}"), columns=columns)
    escaped = evil.encode("unicode_escape").decode("ascii").split(" ", 1)[0]
    assert ended.code == 0
    assert ended.out.startswith(f"job{escaped}")
    assert steering(ended.out) == []
    assert len(ended.out.splitlines()) == 4


@pytest.mark.parametrize("evil", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_state_is_escaped(evil: str) -> None:
    ended = run("replay", "-", stdin=history("RUNNING", f"NEW{evil}", job=CUSTOM))
    assert ended.code == 0
    assert "  ! unknown: " in ended.out
    assert steering(ended.out) == []


@pytest.mark.parametrize("evil", HOSTILE.values(), ids=HOSTILE)
def test_json_keeps_a_hostile_name_as_it_is_in_plain_ascii(evil: str) -> None:
    ended = run("replay", "--json", "--platform", "vertex", "-", stdin=history("RUNNING", job=f"job{evil}"))
    assert ended.out.isascii()
    assert steering(ended.out) == []
    assert json.loads(ended.out)["job"] == f"job{evil}"


def test_a_hostile_file_name_is_escaped() -> None:
    ended = run("replay", "no\x1b[2Jsuch\nfile\u202e")
    assert ended.err == "jobstates: no\\x1b[2Jsuch\\nfile\\u202e: No such file or directory\n"


@given(st.text())
def test_safe_text_steers_nothing(text: str) -> None:
    assert steering(safe(text)) == []
    assert "\n" not in safe(text)


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs"))))
def test_what_can_be_read_is_left_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_what_looks_like_markup_is_only_text() -> None:
    ended = run(
        "replay", "--platform", "vertex", "-", stdin=history("RUNNING", job="[red]job[/red] :smile: [link=x]"), columns=80
    )
    assert ended.out.startswith("[red]job[/red] :smile: [link=x]  vertex")
