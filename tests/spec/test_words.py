"""The words of the lifecycle: states, verdicts, citations, jobs, moments, messages, errors."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import jsonschema
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import BaseModel, ValidationError, model_validator

from jobstates import (
    Basis,
    Citation,
    ContradictedByService,
    DataflowJob,
    DataflowJobState,
    Finding,
    Intent,
    Job,
    JobEvent,
    JobState,
    JobStatesError,
    NotAllowed,
    Observation,
    Outcome,
    Phase,
    Record,
    Sentence,
    Source,
    StreamOverflow,
    UnknownFormat,
    UnknownState,
    Verdict,
    VertexJob,
    VertexJobState,
    follow,
)
from jobstates.spec.citation import assumed, seen
from jobstates.spec.observation import as_time, spelling
from tests.spec.support import BATCH, DATAFLOW, believed, look_at
from tests.strategies import EPOCH, HOSTILE, MOMENTS, minute

D, V = DataflowJobState, VertexJobState


class TestAState:
    def test_equals_its_name_on_the_wire_and_hashes_like_it(self) -> None:
        numbers: dict[str, int] = {D.DRAINED: 8}
        assert (D.DRAINED, hash(D.DRAINED), numbers["JOB_STATE_DRAINED"]) == ("JOB_STATE_DRAINED", hash("JOB_STATE_DRAINED"), 8)

    def test_reads_by_its_short_name(self) -> None:
        texts = (str(D.DRAINED), f"{D.DRAINED}", f"{D.DRAINED:>8}", repr(D.DRAINED))
        assert texts == ("DRAINED", "DRAINED", " DRAINED", "DataflowJobState.DRAINED")

    def test_is_itself_after_a_copy_or_a_journey(self) -> None:
        assert copy.deepcopy(D.DONE) is copy.copy(D.DONE) is pickle.loads(pickle.dumps(D.DONE)) is D.DONE  # noqa: S301  # our own

    @pytest.mark.parametrize("state", [*D, *V], ids=repr)
    def test_has_an_outcome_just_when_it_is_terminal(self, state: JobState) -> None:
        assert (state.outcome is not None) is state.terminal is (state.phase is Phase.TERMINAL)
        assert [state.unspecified, state.live, state.terminal].count(True) == 1
        assert state.name_taken is state.live

    def test_can_be_resumed_when_it_is_a_pause_that_is_over(self) -> None:
        assert [state for state in (*D, *V) if state.resumable] == [D.PAUSED, V.PAUSED]

    def test_accepts_input_while_it_is_active_and_reads(self) -> None:
        assert [state for state in (*D, *V) if state.accepts_input] == [D.RUNNING, V.RUNNING, V.UPDATING]

    def test_cites_the_vendor(self) -> None:
        assert str(V.FAILED.citation) == "documented: “The job failed.” (JobState)"
        assert V.FAILED.number == 5


class TestAVerdict:
    REQUESTS = ("cancel", "force_cancel", "drain", "replace", "update", "pause")

    def test_is_good_when_the_end_was_asked_for_and_otherwise_speaks_for_itself(self) -> None:
        good = {
            Outcome.CANCELLED: {"cancel", "force_cancel"},
            Outcome.DRAINED: {"drain"},
            Outcome.REPLACED: {"replace", "update"},
        }
        unasked = {
            Outcome.SUCCEEDED: Verdict.GOOD,
            Outcome.PARTIALLY_SUCCEEDED: Verdict.MIXED,
            Outcome.FAILED: Verdict.BAD,
            Outcome.CANCELLED: Verdict.BAD,
            Outcome.EXPIRED: Verdict.BAD,
            Outcome.DRAINED: Verdict.MIXED,
            Outcome.REPLACED: Verdict.MIXED,
        }
        table = {(end, asked): Verdict.of(end, Intent(request=asked)) for end in Outcome for asked in self.REQUESTS}
        assert table == {
            (end, asked): Verdict.GOOD if asked in good.get(end, ()) else unasked[end]
            for end in Outcome
            for asked in self.REQUESTS
        }
        assert {end: Verdict.of(end) for end in Outcome} == unasked


class TestACitation:
    GUIDE = Source("A guide", "https://example.org", date(2026, 1, 1))
    TRANSLATED = Source("Leitfaden", "https://example.org/de", date(2026, 1, 1), translated=True)

    def test_is_built_by_saying_what_supports_and_what_contests_it(self) -> None:
        citation = (
            self.GUIDE.says("A leads to B.")
            .also(self.TRANSLATED.quote("so it does"))
            .but(self.GUIDE.quote("Never."))
            .noting("hm")
        )
        assert citation == Citation(
            Basis.DOCUMENTED,
            (Sentence(self.GUIDE, "A leads to B."), Sentence(self.TRANSLATED, "so it does")),
            (Sentence(self.GUIDE, "Never."),),
            "hm",
        )
        assert str(citation) == (
            "documented: “A leads to B.” (A guide); “so it does” (Leitfaden, our translation); against it: “Never.” (A guide); hm"
        )
        assert citation.contested
        assert not self.GUIDE.implies("A is before B.").contested

    def test_tells_its_basis(self) -> None:
        citations = (self.GUIDE.says("x"), seen("a log"), self.GUIDE.implies("x"), assumed("why not"))
        assert [citation.basis.weakness for citation in citations] == [0, 1, 2, 3]
        assert [str(citation) for citation in citations[1::2]] == ["observed: a log", "assumed: why not"]


class TestAJob:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("projects/p/locations/l/customJobs/1", "customJobs"),
            ("customJobs/1", "customJobs"),
            ("projects/p/locations/l/modelMonitors/2/modelMonitoringJobs/1", "modelMonitoringJobs"),
            ("customJobs/", None),
            ("myCustomJobs/1", None),
            ("customJobs/1/tasks/2", None),
            ("1", None),
        ],
    )
    def test_tells_its_kind_by_its_name(self, name: str, kind: str | None) -> None:
        assert (VertexJob(name=name).kind, VertexJob.kind_of(name)) == (kind, kind)

    def test_keeps_a_kind_that_is_given(self) -> None:
        job = VertexJob(name="customJobs/1", kind="newJobs")
        assert (job.kind, job.traits, job.can_ask("fly"), job.can_show(V.PAUSED)) == ("newJobs", None, True, True)

    def test_of_a_known_kind_has_its_requests_and_states(self) -> None:
        job = VertexJob(name="customJobs/1")
        assert (job.can_ask("cancel"), job.can_ask("pause"), job.can_show(V.EXPIRED), job.can_show(V.PAUSED)) == (
            True,
            False,
            True,
            False,
        )

    def test_learns_without_being_changed(self) -> None:
        job = DataflowJob(name="job", state=D.RUNNING)
        learnt, bad = job.learn({"type": "JOB_TYPE_BATCH", "state": "DONE", "name": "x", "flexrs": "perhaps"})
        assert (learnt.type, learnt.state, learnt.name, learnt.flexrs, job.type) == ("batch", D.RUNNING, "job", None, None)
        assert bad == {
            "state": "it is no fact about a dataflow job",
            "name": "it is no fact about a dataflow job",
            "flexrs": "Input should be a valid boolean, unable to interpret input",
        }

    def test_that_checks_its_facts_together_learns_what_goes_together(self) -> None:
        class Pair(Job):
            platform = "pair"
            left: int = 0
            right: int = 0

            @model_validator(mode="after")
            def _ordered(self) -> Pair:
                if self.left > self.right:
                    raise ValueError("left is greater")
                return self

        learnt, bad = Pair(right=5).learn({"left": 9, "right": 7})
        assert (learnt.left, learnt.right, bad) == (0, 7, {"left": "Value error, left is greater"})

    def test_says_what_somebody_asked_for(self) -> None:
        (drain,) = DATAFLOW.between(D.RUNNING, D.DRAINING)
        jobs = (DataflowJob(), DataflowJob(intent=Intent(request="drain")), DataflowJob(requested_state=D.DRAINED))
        assert [job.has_asked(drain) for job in jobs] == [False, True, True]

    def test_refuses_facts_that_there_are_not(self) -> None:
        with pytest.raises(ValidationError, match="colour"):
            DataflowJob(colour="red")  # type: ignore[call-arg]  # a caller's mistake


class TestAMoment:
    @pytest.mark.parametrize(
        "value",
        [
            EPOCH,
            datetime(2026, 1, 1),  # noqa: DTZ001  # as proto-plus hands it out
            datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
            "2026-01-01T00:00:00Z",
            " 2026-01-01T01:00:00+01:00 ",
            "2026-01-01T00:00:00.000000000Z",
            "2026-01-01",
            1767225600,
            1767225600.0,
            Timestamp(seconds=1767225600),
        ],
        ids=repr,
    )
    def test_is_read_in_utc_from_what_clients_hand_out(self, value: object) -> None:
        moment = as_time(value)
        assert (moment, moment and moment.tzinfo) == (EPOCH, UTC)

    def test_without_a_zone_stays_so_where_none_is_assumed(self) -> None:
        assert as_time("2026-01-01T00:00:00", zone=None) == EPOCH.replace(tzinfo=None)
        assert as_time(None) is None

    @pytest.mark.parametrize("value", [True, b"2026", [], object(), "", "now", float("nan"), 1e300, 1767225600000])
    def test_that_is_none_raises(self, value: object) -> None:
        with pytest.raises((ValueError, OverflowError)):
            as_time(value)

    def test_of_a_foreign_class_becomes_a_plain_one(self) -> None:
        class Precise(datetime):
            """As google-api-core's DatetimeWithNanoseconds."""

        moment = as_time(Precise(2026, 1, 1, tzinfo=UTC))
        assert (type(moment), moment) == (datetime, EPOCH)


class TestASpelling:
    @pytest.mark.parametrize("number", range(len(HOSTILE) + len(MOMENTS)))
    def test_of_anything_is_short_and_can_be_written(self, number: int) -> None:
        text = spelling([*HOSTILE, *MOMENTS][number])
        assert type(text) is str
        assert len(text.encode()) <= 200 * 10

    def test_keeps_what_can_be_kept(self) -> None:
        texts = [spelling("x" * 300), spelling("\ud800"), spelling(D.DONE), spelling(99), spelling(10**5000)]
        assert texts == ["x" * 200, "\\ud800", "DONE", "99", "<something that cannot be printed>"]


class TestAMessage:
    def samples(self) -> list[JobEvent | Finding]:
        step = look_at(
            DATAFLOW, believed(DATAFLOW, DataflowJob(name="job"), D.PAUSED, at=EPOCH), Observation("FAILED", minute(1), minute(2))
        )
        odd = look_at(DATAFLOW, step.record, Observation("DONE", minute(3), facts={"colour": 1}))
        return [*step.events, *odd.events, *odd.findings]

    def test_survives_its_json(self) -> None:
        for message in self.samples():
            assert type(message).model_validate_json(message.model_dump_json()) == message

    def test_keeps_its_keys_in_order(self) -> None:
        event = self.samples()[0]
        assert event.model_dump_json() == (
            '{"id":"job#1","seq":1,"platform":"dataflow","job":"job","job_kind":"jobs","at":null,"clock":"service",'
            '"seen":"2026-01-01T00:02:00Z","origin":null,"type":"event","event":"cancel","source":"JOB_STATE_PAUSED",'
            '"target":"JOB_STATE_CANCELLING","actor":"user","basis":"documented","contested":false,"inferred":true,'
            '"after":"2026-01-01T00:00:00Z","before":"2026-01-01T00:01:00Z","ambiguous":true,'
            '"alternatives":[["JOB_STATE_RUNNING","JOB_STATE_FAILED"]],"terminal":false,"outcome":null,"verdict":null,'
            '"intent":null,"error":null,"successor":null,"notes":[]}'
        )

    @pytest.mark.parametrize("model", [JobEvent, Finding])
    def test_has_a_valid_schema_that_its_json_obeys(self, model: type[BaseModel]) -> None:
        schema = model.model_json_schema(mode="serialization")
        jsonschema.Draft202012Validator.check_schema(schema)
        samples = [message.model_dump(mode="json") for message in self.samples() if isinstance(message, model)]
        assert samples
        for sample in samples:
            jsonschema.validate(sample, schema)

    def test_cannot_be_changed(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            self.samples()[0].seq = 7


class TestARecord:
    def test_is_small_and_goes_on_from_where_it_was(self) -> None:
        record = Record.unseen(DATAFLOW, BATCH)
        assert record == ("job", BATCH, D.UNKNOWN, None, None, 0, None)
        assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301  # our own

    def test_keeps_its_time_when_a_look_has_none(self) -> None:
        record = believed(DATAFLOW, BATCH, D.PENDING, at=EPOCH, seen=EPOCH)
        assert look_at(DATAFLOW, record, Observation("RUNNING")).record == record._replace(state=D.RUNNING, seq=1)


def samples_of_errors() -> list[JobStatesError]:
    (finding,) = follow(DATAFLOW, BATCH, None, Observation("HIBERNATING")).findings
    return [
        NotAllowed("no", event_name="drain", state=D.DONE, guard="is_streaming", allowed=("cancel",), citation=D.DONE.citation),
        ContradictedByService(finding),
        StreamOverflow(3, 10),
        UnknownState("RUNING", ["RUNNING"]),
        UnknownFormat("xml", ["csv"]),
    ]


@pytest.mark.parametrize("error", samples_of_errors(), ids=lambda error: type(error).__name__)
def test_an_error_crosses_to_another_process_whole(error: JobStatesError) -> None:
    copied: Any = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert (type(copied), str(copied), vars(copied)) == (type(error), str(error), vars(error))


def test_an_error_without_a_near_name_makes_no_guess() -> None:
    assert str(UnknownState("xyz", ["RUNNING"])) == "unknown state 'xyz'. Known: RUNNING."


def test_an_overflow_says_what_to_do() -> None:
    assert str(StreamOverflow(3, 10)) == (
        "the buffer of 10 events overflowed and 3 were lost; read faster, give a larger buffer=, "
        'or choose overflow="drop_oldest" or "drop_newest"'
    )
