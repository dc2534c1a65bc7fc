"""The filter of Vertex AI's lists, beside its documentation and beside an evaluator that knows no shortcut."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from google.cloud.aiplatform_v1beta1 import types as beta
from hypothesis import example, given
from hypothesis import strategies as st

from jobstates import VertexJobState
from jobstates.emulator.serving import filtering
from jobstates.emulator.serving.fields import DOCUMENTED, BadFilter, fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstates.emulator.serving.filtering import Predicate

LISTED = sorted(DOCUMENTED.keys() - {"ListTuningJobs", "ListModelMonitoringJobs", "ListNotebookExecutionJobs"})
"""The methods whose comments name their fields and how each compares."""
STATES = [state.value for state in VertexJobState]
PIPELINES = fields("ListPipelineJobs", STATES)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Job: TypeAlias = dict[str, Any]


def compiled(text: str) -> Predicate:
    return filtering.compile(text, PIPELINES)


def job(**fields: object) -> Job:
    return {"state": "JOB_STATE_RUNNING", "display_name": "nightly", "create_time": NOON, **fields}


def passes(text: str, **fields: object) -> bool:
    return compiled(text)(job(**fields))


def comment(method: str) -> str:
    """What the client library says of the method's filter, without line breaks."""
    said = getattr(beta, f"{method}Request").__doc__
    return re.sub(r"\s+", " ", said.partition("filter (str):")[2].partition("page_size (int):")[0].replace("\\", ""))


class TestTheDocumentation:
    @pytest.mark.parametrize("method", LISTED)
    def test_names_the_fields_and_the_comparisons_that_are_supported(self, method: str) -> None:
        said = re.split("Some examples|Filter expressions can be", comment(method))[0]
        bullets = re.findall(r"- ``([\w.]+)``(.*?)(?= - ``\w|$)", said)
        documented = {name: set(re.findall("``([=!<>:]+)``", how)) for name, how in bullets}
        documented["labels"] = {"=", ":"}  # in words: equality, and presence of a key
        ours = fields(method, STATES)
        assert {
            name: set(kind.comparators) - ({"!="} if name == "labels" else set()) for name, kind in ours.items()
        } == documented

    @pytest.mark.parametrize(
        ("method", "resource"), [("ListTuningJobs", "TuningJob"), ("ListModelMonitoringJobs", "ModelMonitoringJob")]
    )
    def test_names_no_fields_for_some_so_that_they_are_those_the_resource_has(self, method: str, resource: str) -> None:
        assert "standard list filter." in comment(method)
        assert set(fields(method, STATES)) <= set(getattr(beta, resource).meta.fields)

    def test_names_fields_in_camel_case_for_notebooks_and_regular_expressions_which_are_refused(self) -> None:
        method = "ListNotebookExecutionJobs"
        documented = {name: "regex" in how for name, how in re.findall(r"- ``(\w+)`` supports = and !=([^.]*)", comment(method))}
        assert documented == {"notebookExecutionJob": False, "displayName": True, "schedule": True}
        ours = fields(method, STATES)
        assert {re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name) for name in documented} == ours.keys() - {"state"}
        with pytest.raises(BadFilter, match="display_name supports =, !=, not =~"):
            filtering.compile('display_name=~"my.*"', ours)

    @pytest.mark.parametrize("method", LISTED)
    def test_gives_examples_that_are_understood(self, method: str) -> None:
        examples = re.findall(r"- ``([^`]*[=:][^`]*)``", comment(method))
        pipelines = [f"PIPELINE_STATE_{end}" for end in ("SUCCEEDED", "FAILED")]
        assert len(examples) >= 2
        for text in examples:
            filtering.compile(text, fields(method, [*STATES, *pipelines]))


class TestAComparison:
    @pytest.mark.parametrize(
        ("text", "name", "expected"),
        [
            ('display_name="nightly"', "nightly", True),
            ('display_name="night"', "nightly", False),
            ('display_name:"night"', "nightly", False),
            ('display_name:"night*"', "nightly", True),
            ('display_name="*ight*"', "nightly", True),
            ('display_name!="night*"', "nightly", False),
            ("display_name:*", "nightly", True),
            ("display_name:*", "", False),
            ('display_name=""', None, True),
            (r'display_name="a\*b"', "a*b", True),
            (r'display_name="a\*b"', "axb", False),
            (r'display_name="say \"hi\""', 'say "hi"', True),
            (r"display_name='it\'s'", "it's", True),
            (r'display_name="a\\b"', r"a\b", True),
            ('display_name="a.b(c"', "a.b(c", True),
            ('display_name="line*end"', "line\nend", True),
            ("display_name=a/b-c_1.2:3", "a/b-c_1.2:3", True),
            ("display_name=Nightly", "nightly", False),
        ],
    )
    def test_of_text_knows_wildcards_quotes_and_escapes(self, text: str, name: str | None, expected: bool) -> None:  # noqa: FBT001
        assert passes(text, display_name=name) is expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('create_time>"2026-01-01T11:59:59Z"', True),
            ('create_time>"2026-01-01T12:00:00Z"', False),
            ('create_time>="2026-01-01T13:00:00+01:00"', True),
            ("create_time=2026-01-01T12:00:00.000Z", True),
            ('create_time != "2026-01-01t12:00:00z"', False),
            ('create_time<"2026-01-01T12:00:00.000000001Z"', False),  # moments here are microseconds
            ('create_time<"2026-01-01T12:00:00.000001Z"', True),
            ('end_time>"2020-01-01T00:00:00Z"', False),
            ('end_time<"2020-01-01T00:00:00Z"', False),
            ('end_time!="2020-01-01T00:00:00Z"', True),
            ('NOT end_time<"2020-01-01T00:00:00Z"', True),
        ],
    )
    def test_of_a_time_is_of_moments_and_an_unset_one_is_only_unequal(self, text: str, expected: bool) -> None:  # noqa: FBT001
        assert passes(text) is expected

    @pytest.mark.parametrize(
        ("text", "passing"),
        [
            ("labels.team=etl", ["etl"]),
            ('labels.team = "e*"', ["etl"]),
            ("labels.team!=etl", ["none", "unset", "dotted"]),
            ("labels.team:*", ["etl"]),
            ("labels.team:etl", ["etl"]),
            ("labels:team", ["etl"]),
            ('labels:"team"', ["etl"]),
            ("-labels:team", ["none", "unset", "dotted"]),
            ("labels.a.b=1", ["dotted"]),
            ('labels."a.b"=1', ["dotted"]),
            ('labels.empty=""', ["dotted"]),
        ],
    )
    def test_of_labels_asks_for_a_key_or_for_what_it_holds(self, text: str, passing: list[str]) -> None:
        labelled = {"etl": {"team": "etl"}, "none": {}, "unset": None, "dotted": {"a.b": "1", "empty": ""}}
        assert [name for name, labels in labelled.items() if passes(text, labels=labels)] == passing


class TestTerms:
    A, B, C = "labels:a", "labels:b", "labels:c"

    @pytest.mark.parametrize(
        ("text", "passing"),
        [
            ("", ["", "a", "ab", "abc", "b", "bc", "c"]),
            (" \n", ["", "a", "ab", "abc", "b", "bc", "c"]),
            (f"{A} AND {B} OR {C}", ["ab", "abc"]),
            (f"{C} OR {B} AND {A}", ["ab", "abc"]),
            (f"({A} AND {B}) OR {C}", ["ab", "abc", "bc", "c"]),
            (f"{A} {B}", ["ab", "abc"]),
            (f"{A} {B} OR {C}", ["ab", "abc"]),
            (f"NOT {A} AND {B}", ["b", "bc"]),
            (f"NOT ({A} AND {B})", ["", "a", "b", "bc", "c"]),
            (f"-{A} -({B} {C})", ["", "b", "c"]),
            (f"({A})AND({B})", ["ab", "abc"]),
        ],
    )
    def test_are_joined_with_or_before_and(self, text: str, passing: list[str]) -> None:
        sets = ["", "a", "ab", "abc", "b", "bc", "c"]
        assert [each for each in sets if passes(text, labels=dict.fromkeys(each, "1"))] == passing

    def test_may_be_thousands(self) -> None:
        text = " OR ".join(f"display_name=job-{number}" for number in range(5000))
        assert passes(text, display_name="job-4999")
        assert not passes(text)

    def test_tell_the_fields_they_read(self) -> None:
        found = compiled('-(labels.a=1 OR state="JOB_STATE_FAILED") template_metadata.version:"1*"')
        assert found.fields == {"labels", "state", "template_metadata.version"}
        assert compiled("").fields == frozenset()


AT_STATE = "state supports =, !="


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("state", f"filter, at character 6: expected a comparison ({AT_STATE}), found the end"),
        ("state~", "filter, at character 1: there is no field 'state~' to filter by; did you mean state?"),
        ("state=", "filter, at character 7: expected a value, found the end"),
        ("state=AND", "filter, at character 7: expected a value, found 'AND'"),
        ("state>JOB_STATE_FAILED", f"filter, at character 6: {AT_STATE}, not >"),
        ("state=FAILED", "filter, at character 7: expected a value of state, found 'FAILED'; did you mean JOB_STATE_FAILED?"),
        ("state=JOB_STATE_FAILED)", "filter, at character 23: expected AND, OR or the end, found ')'"),
        ("(state=JOB_STATE_FAILED", "filter, at character 1: this parenthesis is never closed"),
        ("( " * 51, "filter, at character 101: more than 50 parentheses are open"),
        ('display_name="x', "filter, at character 14: this quotation mark is never closed"),
        ("display_name=(a OR b)", "filter, at character 14: expected a value, found '(a OR b)'"),
        ("pipeline_name:x", "filter, at character 14: pipeline_name supports =, !=, not :"),
        ("labels=x", "filter, at character 8: expected labels.KEY=x, labels.KEY:* or labels:KEY"),
        ("labels.:x", "filter, at character 8: expected a name, found ':x'"),
        ("labels:a and labels:b", "filter, at character 10: expected a comparison, found 'and'; AND is written in capitals"),
        ("labels:a OR", 'filter, at character 12: expected a comparison such as state="JOB_STATE_SUCCEEDED", found the end'),
        (
            "NOT NOT labels:a",
            "filter, at character 5: expected a comparison such as state=\"JOB_STATE_SUCCEEDED\", found 'NOT labels:a'",
        ),
        ("create_time>2021", "filter, at character 13: expected an RFC 3339 time such as \"2021-05-18T00:00:00Z\", found '2021'"),
        (
            'create_time>"2021-13-01T00:00:00Z"',
            "filter, at character 13: expected an RFC 3339 time such as \"2021-05-18T00:00:00Z\", found '2021-13-01T00:00:00Z'",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(BadFilter) as caught:
        compiled(text)
    assert str(caught.value) == message


def test_a_field_that_the_list_does_not_document_is_named_beside_those_it_does() -> None:
    with pytest.raises(BadFilter, match=r"no field 'priority' to filter by; there are create_time, display_name, labels, state$"):
        filtering.compile("priority=1", fields("ListCustomJobs", STATES))


@dataclass(frozen=True)
class Term:
    """A filter's text, whether it needs parentheses beside others, and what it means."""

    text: str
    rank: int
    holds: Callable[[Job], bool]

    def within(self, rank: int) -> str:
        return self.text if self.rank <= rank else f"({self.text})"


RESTRICTION, TERM, FACTOR, EXPRESSION = range(4)
KEYS = st.sampled_from(["a", "b"])
NAMES = st.text("ab", max_size=4)
PATTERNS = st.text("ab*", max_size=5)
MOMENTS = st.integers(-2, 2).map(lambda hours: NOON + timedelta(hours=hours))
SPACES = st.sampled_from(["", " ", "\t "])
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


@st.composite
def written(draw: st.DrawFn, field: str, comparator: str, value: str) -> str:
    bare = ["{}"] if value else []
    quoted = draw(st.sampled_from(['"{}"', "'{}'", *bare])).format(value)
    return f"{field}{draw(SPACES)}{comparator}{draw(SPACES)}{quoted}"


@st.composite
def restrictions(draw: st.DrawFn) -> Term:
    field = draw(st.sampled_from(["state", "display_name", "create_time", "end_time", "labels"]))
    comparator = draw(st.sampled_from(PIPELINES[field].comparators))
    unequal = comparator == "!="
    holds: Callable[[Job], bool]
    if field == "state":
        value = draw(st.sampled_from(STATES))
        holds = lambda job: job["state"] == value  # noqa: E731
    elif field == "display_name":
        value = draw(PATTERNS)
        present = comparator == ":" and value == "*"
        holds = lambda job: bool(job["display_name"]) if present else fnmatchcase(job["display_name"], value)  # noqa: E731
    elif field == "labels":
        key, value = draw(KEYS), draw(PATTERNS)
        field = f"labels.{key}"
        present = comparator == ":" and value == "*"
        holds = lambda job: key in job["labels"] and (present or fnmatchcase(job["labels"][key], value))  # noqa: E731
    else:
        at, moment = field, draw(MOMENTS)
        value = moment.astimezone(timezone(timedelta(hours=draw(st.integers(-3, 3))))).isoformat()
        compare = COMPARED["=" if unequal else comparator]
        holds = lambda job: job[at] is not None and compare(job[at], moment)  # noqa: E731
    return Term(draw(written(field, comparator, value)), RESTRICTION, lambda job: holds(job) != unequal)


@st.composite
def joined(draw: st.DrawFn, terms: st.SearchStrategy[Term]) -> Term:
    form = draw(st.sampled_from([TERM, FACTOR, EXPRESSION]))
    if form == TERM:
        term = draw(terms)
        return Term(draw(st.sampled_from(["-", "NOT "])) + term.within(RESTRICTION), TERM, lambda job: not term.holds(job))
    several = draw(st.lists(terms, min_size=2, max_size=3))
    if form == FACTOR:
        return Term(
            " OR ".join(term.within(TERM) for term in several), FACTOR, lambda job: any(term.holds(job) for term in several)
        )
    joints = st.sampled_from([" AND ", " ", "\n"])
    text = several[0].within(FACTOR) + "".join(draw(joints) + term.within(FACTOR) for term in several[1:])
    return Term(text, EXPRESSION, lambda job: all(term.holds(job) for term in several))


TERMS = st.recursive(restrictions(), joined, max_leaves=12)
VIEWS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(STATES),
        "display_name": NAMES,
        "create_time": MOMENTS,
        "end_time": st.none() | MOMENTS,
        "labels": st.dictionaries(KEYS, NAMES),
    }
)


class TestAnyFilter:
    @given(TERMS, st.lists(VIEWS, min_size=1, max_size=5))
    def test_means_what_a_naive_evaluator_makes_of_it(self, term: Term, jobs: list[Job]) -> None:
        found = compiled(term.text)
        assert [found(job) for job in jobs] == [term.holds(job) for job in jobs]

    @given(st.text() | st.text("ab*\"'\\ .:=<>!-()") | TERMS.map(lambda term: term.text[:-1]))
    @example("labels.a=\ud800")
    def test_is_understood_or_refused_in_words(self, text: str) -> None:
        try:
            found = compiled(text)
        except BadFilter as error:
            assert str(error).startswith("filter, at character ")  # noqa: PT017  # most texts are refused, not all
        else:
            found(job(labels={"a": "b"}))

    @given(PATTERNS, st.text("ab\n", max_size=8))
    def test_matches_a_wildcard_as_the_shell_does(self, pattern: str, name: str) -> None:
        assert passes(f'display_name="{pattern}"', display_name=name) == fnmatchcase(name, pattern)

    def test_with_many_wildcards_is_no_burden(self) -> None:
        """A backtracking match would not come back from this one."""
        assert not passes(f'display_name="{"a*" * 40}b"', display_name="a" * 4000)
