"""Models from YAML and JSON: what is read, and what the one error says."""

from __future__ import annotations

import json
import runpy
import sys
from datetime import timedelta
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from jobstates import InputError, MissingExtra
from jobstates.emulator import document
from jobstates.emulator.loading import Seconds, load
from jobstates.spec.length import LONGEST, seconds
from jobstates.spec.wording import duration


class Strict(BaseModel):
    """Knows its keys."""

    model_config = ConfigDict(extra="forbid")


class Stay(Strict):
    """A state and how long."""

    state: str
    lasts: Seconds = 0.0


class Walk(Strict):
    """A life that is drawn."""

    walk: int


class Listed(Strict):
    """Told from the other by its tag."""

    kind: Literal["listed"]
    states: list[Stay]


class Drawn(Strict):
    """A key of it is named like its tag."""

    kind: Literal["drawn"]
    drawn: Stay
    seed: int = 0


class OneJob(Strict):
    """A job of the file."""

    name: str
    life: str | list[Stay] | Walk | None = None
    plan: Annotated[Listed | Drawn, Field(discriminator="kind")] | None = None
    count: int = Field(default=1, ge=1)


class Play(Strict):
    """What the file holds."""

    jobs: list[OneJob] = []
    lives: dict[str, list[Stay]] = {}
    on: bool = False
    note: str = ""
    wait: Seconds = 5.0


class Held(Strict):
    """Anything."""

    value: JsonValue


def read(text: str | bytes) -> Play:
    return load(Play, text, "play.yaml")


def refused(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    return str(caught.value)


def value(text: str) -> JsonValue:
    return load(Held, f"value: {text}", "value.yaml").value


class TestAFile:
    def test_is_read_as_yaml(self) -> None:
        text = """
            # A comment.
            jobs:
            - name: etl
              life: [{state: RUNNING, lasts: 1h 30m}]
            lives: {}
            """
        life = [Stay(state="RUNNING", lasts=5400.0)]
        assert read(text) == Play(jobs=[OneJob(name="etl", life=life)])

    def test_is_read_as_json_with_tabs_escapes_and_pairs_of_surrogates(self) -> None:
        text = '{\n\t"jobs":\t[\t{"name":"a\\/b \\ud83d\\ude00",\n\t\t"count":\t2\t}\n\t]\t,\t"on":true}'
        assert read(text) == Play(jobs=[OneJob(name="a/b 😀", count=2)], on=True)

    def test_may_be_bytes_with_a_mark_in_front(self) -> None:
        assert read(b"\xef\xbb\xbfnote: caf\xc3\xa9\r\non: true\r\n") == Play(note="café", on=True)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
            max_leaves=15,
        ),
        st.sampled_from([None, 2, "\t"]),
    )
    @example(["\ud83d\ude00", 1e22, -0.0, {"<<": {"a": None}, "=": "~", "on": "on"}], "\t")
    def test_of_json_holds_what_json_says(self, held: Any, indent: Any) -> None:
        text = json.dumps({"value": held}, indent=indent)
        assert repr(load(Held, text, "held.json").value) == repr(json.loads(text)["value"])


class TestAScalar:
    @pytest.mark.parametrize(
        "text", ["on", "no", "yes", "Off", "y", "1:30", "1:30:00", "2026-01-01", "0b1", "1_000", "08:15", "<<", "=", "1e", "."]
    )
    def test_is_text_where_only_yaml_1_1_made_more_of_it(self, text: str) -> None:
        assert value(text) == text

    @pytest.mark.parametrize(
        ("text", "held"),
        [
            ("010", 10),
            ("0x1F", 31),
            ("0o17", 15),
            ("+3", 3),
            ("1e3", 1000.0),
            ("-.5", -0.5),
            ("3.", 3.0),
            ("", None),
            ("~", None),
            ("Null", None),
            ("TRUE", True),
            ("'true'", "true"),
            ("!!str 5", "5"),
            ("!!int '5'", 5),
            ("|\n  a\n  b\n", "a\nb\n"),
        ],
    )
    def test_is_read_by_the_core_rules_of_yaml_1_2(self, text: str, held: JsonValue) -> None:
        found = value(text)
        assert (type(found), found) == (type(held), held)

    def test_that_says_on_is_true_where_a_truth_value_is_due_and_text_where_text_is(self) -> None:
        assert read("on: on\nnote: on") == Play(on=True, note="on")


NOT_A_DOCUMENT = {
    "": "1: expected a mapping (KEY: VALUE), found nothing",
    "# only a comment\n": "1: expected a mapping (KEY: VALUE), found nothing",
    "\n- a\n": "2: expected a mapping (KEY: VALUE), found a list",
    "just text": "1: expected a mapping (KEY: VALUE), found 'just text'",
    "note: a\non: true\nnote: b": "3: the key 'note' a second time; it stands in line 1 already",
    '{"note": "a",\n"n\\u006fte": "b"}': "2: the key 'note' a second time; it stands in line 1 already",
    "lives:\n  a: &a []\n  b: *a": "3: an alias (*name); write out what it stands for",
    "note: a\n---\nnote: b": "2: expected one document, found another",
    "jobs:\n\t- name: a": "2: a tab; indent with spaces",
    "note: !!python/object/apply:os.system [true]": "1: the tag !!python/object/apply:os.system; only plain values are read",
    "note: !mine x": "1: the tag !mine; only plain values are read",
    "note: !!timestamp 2026-01-01": "1: the tag !!timestamp; only plain values are read",
    "note: !!int\n  x": "1: 'x' cannot be read as int",
    "on: true\n? [a]\n: b": "2: a key that is a list or a mapping; expected text",
    "note: a: b": "1: mapping values are not allowed here",
    "note: 'a\n": "2: while scanning a quoted scalar: found unexpected end of stream",
    'note: "\\UFFFFFFFF"': "1: an escape that names no character",
    'note: "\\ud83d"': "1: half of a surrogate pair, which is no character",
    "on: true\nnote: \x07": "2: the character U+0007 may not stand in a file",
    b"on: true\nnote: caf\xe9": "2: not UTF-8: the byte 0xE9",
    "%YAML 9.1\n---\nnote: a": "1: found incompatible YAML document (version 1.* is required)",
    "note: " + "9" * 5000: f"1: '{'9' * 40}...' cannot be read as int",
    "[" * 5000: "1: nested more than 100 deep",
}
NOT_A_PLAY = {
    "jobs:\n- name: a\n- naem: b\n": [
        "3: jobs[1].naem: an unknown key; did you mean name?",
        "3: jobs[1].name: required, and missing",
    ],
    "note: a\ncolour: red": ["2: colour: an unknown key; expected one of jobs, lives, on, note, wait"],
    "jobs:\n  - name: 5\n    count: none": [
        "2: jobs[0].name: expected text (put it in quotes), found 5",
        "3: jobs[0].count: expected a valid integer, found 'none'",
    ],
    "jobs: {}\nlives: []": [
        "1: jobs: expected a list, found a mapping",
        "2: lives: expected a mapping (KEY: VALUE), found a list",
    ],
    "jobs:\n - name: a\n   count:\n     0": ["4: jobs[0].count: expected greater than or equal to 1, found 0"],
    "jobs:\n- name: a\n  life: 5": [
        "3: jobs[0].life: expected text (put it in quotes), or a list, or a mapping (KEY: VALUE), found 5"
    ],
    "jobs:\n- name: a\n  life:\n  - {state: A}\n  - {state: B,\n     last: 5s}": [
        "6: jobs[0].life[1].last: an unknown key; did you mean lasts?"
    ],
    "jobs:\n- name: a\n  life: {wlak: 1}": [
        "3: jobs[0].life.walk: required, and missing",
        "3: jobs[0].life.wlak: an unknown key; did you mean walk?",
    ],
    "jobs:\n- name: a\n  plan:\n    kind: drawn\n    drawn:\n      sate: A\n    seed: x": [
        "6: jobs[0].plan.drawn.sate: an unknown key; did you mean state?",
        "6: jobs[0].plan.drawn.state: required, and missing",
        "7: jobs[0].plan.seed: expected a valid integer, found 'x'",
    ],
    "jobs:\n- name: a\n  plan:\n    kind: drawn": ["4: jobs[0].plan.drawn: required, and missing"],
    "jobs:\n- name: a\n  plan: {kind: dawn}": [
        "3: jobs[0].plan: Input tag 'dawn' found using 'kind' does not match any of the expected tags: 'listed', 'drawn'",
    ],
    "lives:\n  my life:\n  - {state: A, lasts: -1}\n  b:\n  - lasts: 1:30": [
        "3: lives['my life'][0].lasts: expected a length of time from 0 seconds to a century, found -1",
        "5: lives.b[0].lasts: expected a length of time such as 90s, 1h 30m, PT10M or a number of seconds, found '1:30'",
        "5: lives.b[0].state: required, and missing",
    ],
    "note: null\nwait: .nan": [
        "1: note: expected text, found nothing",
        "2: wait: expected a length of time from 0 seconds to a century, found nan",
    ],
    "note: [" + "1" * 70 + "]": ["1: note: expected text, found a list"],
    "wait: " + "x" * 70: [
        f"1: wait: expected a length of time such as 90s, 1h 30m, PT10M or a number of seconds, found '{'x' * 56}...",
    ],
    "wait: " + "9" * 70: ["1: wait: expected a length of time from 0 seconds to a century, found a very large number"],
    '"\u202egnol": 1': ["1: ['\\u202egnol']: an unknown key; expected one of jobs, lives, on, note, wait"],
}


class TestTheError:
    @pytest.mark.parametrize("text", NOT_A_DOCUMENT)
    def test_names_the_line_where_the_text_is_no_document(self, text: str | bytes) -> None:
        assert refused(text) == f"play.yaml:{NOT_A_DOCUMENT[text]}"

    @pytest.mark.parametrize("text", NOT_A_PLAY)
    def test_names_every_fault_of_the_model_with_its_line_and_place(self, text: str) -> None:
        assert refused(text).splitlines() == [f"play.yaml:{line}" for line in NOT_A_PLAY[text]]

    def test_lists_ten_faults_and_counts_the_others(self) -> None:
        lines = refused("\n".join(f"key-{number}: 1" for number in range(13))).splitlines()
        assert (len(lines), lines[-1]) == (11, "and 3 more")

    @given(st.integers(0, 20), st.integers(0, 5))
    def test_names_the_line_of_the_one_wrong_value_among_many(self, place: int, blank: int) -> None:
        jobs = [f"- name: job-{number}\n  count: 1\n" for number in range(21)]
        jobs[place] = "\n" * blank + "- name: wrong\n  count: 0\n"
        line = 2 + 2 * place + blank + 1
        assert (
            refused("jobs:\n" + "".join(jobs))
            == f"play.yaml:{line}: jobs[{place}].count: expected greater than or equal to 1, found 0"
        )

    @given(
        st.text()
        | st.text("abn01:-?[]{},&*#!|>'\"%@` \t\n~.<=\\uU")
        | st.lists(st.sampled_from([*map(str, NOT_A_PLAY), "\n", " "])).map("".join)
        | st.binary()
    )
    @example("%TAG ! tag:\n--- !x\n")
    @example('"\\x"')
    @example("!!bool x")
    @example("!!float '1_0.x'")
    @example("? " * 3000)
    @example("- " * 3000)
    @example("{a: " * 3000)
    def test_is_the_only_one_whatever_the_text(self, text: str | bytes) -> None:
        for model in (Play, Held):
            try:
                load(model, text, "any")
            except InputError as error:
                assert str(error).startswith("any:")  # noqa: PT017  # most texts are refused, not all

    def test_tells_how_to_install_what_reads_yaml(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "yaml", None)
        with pytest.raises(MissingExtra, match=r'PyYAML is not installed: pip install "jobstates\[emulator\]"'):
            runpy.run_path(document.__file__)


class TestALengthOfTime:
    @pytest.mark.parametrize(
        ("written", "length"),
        [
            (0, 0.0),
            (5, 5.0),
            (2.5, 2.5),
            (timedelta(minutes=1, milliseconds=5), 60.005),
            ("5", 5.0),
            (" 90s ", 90.0),
            ("10m", 600.0),
            ("1h 30m", 5400.0),
            ("1h30m", 5400.0),
            ("1m 14s", 74.0),
            ("250ms", 0.25),
            ("1s 5ms", 1.005),
            ("1m 5ms", 60.005),
            ("1 h", 3600.0),
            ("1.5h", 5400.0),
            (".5s", 0.5),
            ("2d 3h", 183_600.0),
            ("1w", 604_800.0),
            ("PT10M", 600.0),
            ("P1DT2H3M4.5S", 93_784.5),
            ("P2W", 1_209_600.0),
            ("PT0S", 0.0),
        ],
    )
    def test_is_read_however_people_write_it(self, written: object, length: float) -> None:
        assert seconds(written) == length

    @pytest.mark.parametrize(
        "written",
        [
            *(None, True, b"5", [5]),
            *("", " ", "s", "five", "5 minutes", "30m 1h", "1h 1h", "5S", "1:30", "-5s", "1e3", "nan", "٣s"),
            *("P", "PT", "P1Y", "P1M", "PT5", "1s PT5S"),
        ],
    )
    def test_is_refused_when_it_is_none(self, written: object) -> None:
        with pytest.raises(
            ValueError, match=r"^expected a length of time such as 90s, 1h 30m, PT10M or a number of seconds, found "
        ):
            seconds(written)

    @pytest.mark.parametrize(
        "written", [-1, -0.001, float("nan"), float("inf"), 10**400, timedelta(-1), LONGEST + 1, "36526d", "9" * 500]
    )
    def test_is_refused_when_nothing_can_last_so_long(self, written: object) -> None:
        with pytest.raises(ValueError, match=r"^expected a length of time from 0 seconds to a century, found "):
            seconds(written)

    @given(st.timedeltas(timedelta(0), timedelta(days=36_525)))
    def test_is_what_was_said_when_it_was_put_into_words(self, length: timedelta) -> None:
        said = duration(length)
        assert duration(timedelta(seconds=seconds(said))) == said
        assert 0 <= length.total_seconds() - seconds(said) < 3600

    def test_that_goes_on_for_ever_is_refused_at_once(self) -> None:
        """A backtracking match would not come back from this one."""
        with pytest.raises(ValueError, match=r"^expected a length of time"):
            seconds("1w" + " " * 5000 + "x")

    @pytest.mark.parametrize(
        ("written", "fits"), [(5, True), ("90s", True), (-1, False), (True, False), (None, False), ([], False)]
    )
    def test_has_a_schema(self, written: object, fits: bool) -> None:  # noqa: FBT001
        schema = TypeAdapter(Seconds).json_schema()
        assert jsonschema.Draft202012Validator(schema).is_valid(written) is fits
