"""What is embedded: the lifecycle's own answers, and nothing that could break out of where it stands."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobstates import Job, JobEvent
from jobstates.render.arranging import diagram
from jobstates.render.history import History
from jobstates.render.page import page
from jobstates.render.page.data import as_json, choices_of, told
from jobstates.spec.arrow import Actor
from jobstates.spec.citation import Basis
from tests.render.page.support import DATAFLOW, LIFECYCLES, VERTEX, embedded, html, life, lives

if TYPE_CHECKING:
    from jobstates.spec.lifecycle import Lifecycle

VOID = {"meta", "link", "input", "br"}
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]></style><img src=x onerror=alert(1)>",
    "\"'`&lt;&#60;&amp;",
    "{{data}} {{script}} \\u003c",
    "line\nline\r\u2028\u2029\x00\x1b[2J\x7f",
    "\u202eevil\u2066\u200f",
    "javascript:alert(1)",
    "\ud800 half",
    "x" * 10_000,
    "",
]


class Strict(HTMLParser):
    """Every element closed as it was opened; the scripts, styles and policies that a browser would find."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open[-1]][-1] += data

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)


def event(job: str = "j", **parts: Any) -> JobEvent:
    """An event, legal or not."""
    known: dict[str, Any] = {"id": f"{job}#1", "seq": 1, "platform": "dataflow", "job": job, "actor": Actor.SERVICE}
    known |= {"event": "start", "source": "JOB_STATE_PENDING", "target": "JOB_STATE_RUNNING", "basis": Basis.DOCUMENTED}
    return JobEvent(**known | parts)


def steps(*events: JobEvent, until: datetime | None = None, job: Job | None = None) -> list[dict[str, Any]]:
    """What is embedded of a history."""
    data = told(DATAFLOW, diagram(DATAFLOW, job), [History("j", events, until)], job)
    found: list[dict[str, Any]] = data["histories"][0]["steps"]
    return found


def digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def policy(parsed: Strict) -> str:
    """The page's policy."""
    (found,) = [attributes["content"] or "" for tag, attributes in parsed.elements if "http-equiv" in attributes]
    return found


@pytest.mark.parametrize("platform", LIFECYCLES)
def test_a_page_is_well_formed_and_lets_in_its_own_script_and_style_only(platform: str) -> None:
    parsed = Strict(html(platform))
    script, style = parsed.texts["script"][1], parsed.texts["style"][0]
    assert (parsed.count("script"), parsed.count("style"), parsed.count("svg")) == (2, 1, 1)
    assert policy(parsed) == (
        f"default-src 'none'; script-src {digest(script)}; style-src {digest(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    assert [attributes for _, attributes in parsed.elements if "style" in attributes] == []
    assert [name for _, attributes in parsed.elements for name in attributes if name.startswith("on")] == []


@pytest.mark.parametrize("platform", LIFECYCLES)
def test_a_page_names_no_address_but_sources(platform: str) -> None:
    text = html(platform)
    links = {attributes.get("href") or attributes.get("src") for _, attributes in Strict(text).elements} - {None}
    assert links == {"data:,", "#panel"}
    script = Strict(text).texts["script"][1]
    assert set(re.findall(r"https?://[^\"\s]+", script)) <= {"http://www.w3.org/2000/svg"}


def test_the_script_writes_texts_only() -> None:
    script = Strict(html("dataflow")).texts["script"][1]
    unsafe = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|Storage|cookie|fetch\(|XMLHttp|import\("
    assert re.findall(unsafe, script) == []


def test_the_same_lifecycle_gives_the_same_page() -> None:
    assert page(DATAFLOW, lives("dataflow")) == page(DATAFLOW, lives("dataflow"))


@pytest.mark.parametrize("platform", LIFECYCLES)
def test_every_combination_of_facts_closes_what_the_lifecycle_says(platform: str) -> None:
    lifecycle, data = LIFECYCLES[platform], embedded(html(platform))
    arrows = {f"{arrow}" for arrow in lifecycle.arrows}
    combinations = [{}, *({fact["name"]: value} for fact in data["facts"] for value in fact["values"])]
    assert len(data["variants"]) == len(combinations)
    for variant, facts in zip(data["variants"], combinations, strict=True):
        job = lifecycle.job_type().learn(facts)[0] if facts else None
        closed = dict(variant["closed"])
        assert [closed.get(place) for place in range(len(arrows))] == [arrow.forbidden_by(job) for arrow in lifecycle.arrows]
        shown = lifecycle.reachable(job)
        assert set(variant["unreachable"]) == {state.name for state in lifecycle.states[1:] if state not in shown}


def test_a_fact_that_the_job_settles_cannot_be_chosen() -> None:
    job = DATAFLOW.job_type().learn({"type": "batch"})[0]
    assert [choice.name for choice in choices_of(DATAFLOW, None)] == ["type"]
    assert choices_of(DATAFLOW, job) == ()
    data = told(DATAFLOW, diagram(DATAFLOW, job), (), job)
    assert not any(arrow["event"] == "drain" for arrow in data["arrows"])
    assert data["variants"] == [{"closed": [], "unreachable": [*data["variants"][0]["unreachable"]]}]


def test_facts_that_the_address_could_not_tell_or_that_are_too_many_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Rich(Job):
        at: Literal["a", "b"] | None = None
        colour: Literal["red", "green"] | None = None
        single: Literal["one"] | None = None
        number: Literal[1, 2] | None = None
        huge: Literal[tuple(f"v{n}" for n in range(300))] | None = None  # type: ignore[valid-type]  # made, not written
        size: Literal["s", "m", "l"] = "s"

    class Table:
        job_type: ClassVar = Rich

    rich: Any = Table()
    assert {choice.name: choice.values for choice in choices_of(rich, None)} == {
        "colour": ("red", "green"),
        "size": ("s", "m", "l"),
    }


def test_arrows_are_told_in_the_order_of_their_declaration_with_a_key_of_their_own() -> None:
    for lifecycle in LIFECYCLES.values():
        data = embedded(html(lifecycle.platform))
        assert [(arrow["source"], arrow["event"], arrow["target"]) for arrow in data["arrows"]] == [
            (arrow.source.name, arrow.event, arrow.target.name) for arrow in lifecycle.arrows
        ]
        keys = [(arrow["source"], arrow["key"]) for arrow in data["arrows"]]
        assert len(set(keys)) == len(keys)


def test_every_part_that_is_told_of_is_in_the_picture() -> None:
    for lifecycle in LIFECYCLES.values():
        text = html(lifecycle.platform)
        data = embedded(text)
        drawn = {attributes.get("id") for _, attributes in Strict(text).elements}
        parts = {state["id"] for state in data["states"]}
        parts |= {part for arrow in data["arrows"] for part in (arrow["line"], arrow["pill"], f"head-{arrow['pill']}")}
        assert parts - drawn == set()


def test_a_step_names_the_arrow_it_took() -> None:
    (step,) = steps(event())
    assert DATAFLOW.arrows[step["arrow"]].event == "start"
    assert (step["source"], step["target"], step["contradiction"]) == ("PENDING", "RUNNING", False)


def test_of_arrows_that_differ_in_a_guard_only_the_one_open_to_the_kind_is_named() -> None:
    history = life("vertex", "projects/p/locations/l/customJobs/1", ("QUEUED", 0), ("EXPIRED", 9))
    data = told(VERTEX, diagram(VERTEX), [history], None)
    taken = VERTEX.arrows[data["histories"][0]["steps"][-1]["arrow"]]
    assert taken.guard == "can_wait_too_long"


def test_what_no_arrow_explains_is_a_contradiction() -> None:
    adopted, unknown = steps(
        event(event="adopt", source="JOB_STATE_DONE", basis=None), event(source="JOB_STATE_NEW", target="JOB_STATE_NEWER")
    )
    assert (adopted["arrow"], adopted["contradiction"]) == (None, True)
    assert (unknown["source"], unknown["target"], unknown["contradiction"]) == ("JOB_STATE_NEW", "JOB_STATE_NEWER", True)


def test_a_step_whose_arrow_is_not_drawn_is_no_contradiction() -> None:
    job = DATAFLOW.job_type().learn({"type": "batch"})[0]
    drained = event(event="drain", source="JOB_STATE_RUNNING", target="JOB_STATE_DRAINING")
    assert [(step["arrow"], step["contradiction"]) for step in steps(drained, job=job)] == [(None, False)]


def test_times_are_told_in_utc_as_far_as_their_zone_is_known() -> None:
    east = timezone(timedelta(hours=8))
    moments = [
        datetime(2026, 1, 1, 9, tzinfo=east),
        datetime(2026, 1, 1, 9),  # noqa: DTZ001  # a log without a zone
        datetime.min.replace(tzinfo=east),
        None,
    ]
    assert [step["at"] for step in steps(*(event(at=moment) for moment in moments))] == [
        "2026-01-01T01:00:00Z",
        "2026-01-01T09:00:00",
        "0001-01-01T00:00:00+08:00",
        None,
    ]


def test_how_long_a_job_stayed_is_told_to_the_last_moment_it_was_seen() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    events = event(at=begin), event(at=begin + timedelta(minutes=3)), event(), event(at=begin + timedelta(hours=1))
    until = begin + timedelta(hours=2)
    assert [step["stay"] for step in steps(*events, until=until)] == ["3m 0s", None, None, "1h 0m"]
    assert steps(*events)[-1]["stay"] is None


def test_jobs_of_the_same_name_have_different_addresses() -> None:
    histories = [History("same", ()), History("same", ()), History("x" * 10_000, ()), History("x" * 10_001, ())]
    data = told(DATAFLOW, diagram(DATAFLOW), histories, None)
    keys = [history["key"] for history in data["histories"]]
    assert keys == ["same", "same~2", "x" * 200, "x" * 200 + "~2"]


nasty = st.sampled_from(HOSTILE) | st.text(max_size=40) | st.text("<>/!-scriptSCRIPT\"'&;{}", max_size=40)


@settings(max_examples=60, deadline=None)
@given(job=nasty, name=nasty, state=nasty, error=nasty)
@example(job=HOSTILE[0], name=HOSTILE[1], state=HOSTILE[2], error=HOSTILE[-2])
def test_no_name_breaks_out_of_where_it_stands(job: str, name: str, state: str, error: str) -> None:
    told_of = event("j", event=name, target=state, error=error)
    text = _page(DATAFLOW, History(job, (told_of,)))
    text.encode("utf-8")
    parsed = Strict(text)
    assert (parsed.count("script"), parsed.count("style"), parsed.count("img"), parsed.count("meta")) == (2, 1, 0, 4)
    assert json.loads(parsed.texts["script"][0]) == embedded(text)
    assert "<" not in parsed.texts["script"][0]


@settings(deadline=None)
@given(st.recursive(st.text() | st.none() | st.integers(), lambda more: st.lists(more) | st.dictionaries(st.text(), more)))
def test_json_comes_back_as_it_went_and_holds_no_markup(values: Any) -> None:
    text = as_json({"values": values})
    assert json.loads(text) == {"values": values}
    assert not set("<>&") & set(text)
    assert text.isascii()


def _page(lifecycle: Lifecycle, history: History) -> str:
    """A page around other data: drawing the same picture again would take most of the time."""
    data = told(lifecycle, diagram(lifecycle), [history], None)
    before, begin, rest = html(lifecycle.platform).partition('<script type="application/json" id="data">')
    return before + begin + as_json(data) + rest[rest.index("</script>") :]
