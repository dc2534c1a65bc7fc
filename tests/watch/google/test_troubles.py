"""What goes wrong in calls, and what it comes to."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.api_core.exceptions import RetryError
from google.api_core.universe import UniverseMismatchError
from google.auth.exceptions import RefreshError, TransportError

from jobstates.emulator.codes import Code
from jobstates.watch.google.troubles import call_failed
from jobstates.watch.google.vertex import Vertex
from jobstates.watch.ref import JobRef
from jobstates.watch.source import CallFailed, Trouble
from tests.watch.google.support import AGES, BOTH, CUSTOM, Case, answering, listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from jobstates.emulator import Emulator
    from jobstates.spec.observation import Observation
    from jobstates.watch.google.dataflow import Dataflow
    from tests.watch.google.support import Sources

TROUBLES = {
    Trouble.PASSING: "UNAVAILABLE INTERNAL DEADLINE_EXCEEDED ABORTED CANCELLED UNKNOWN DATA_LOSS",
    Trouble.THROTTLED: "RESOURCE_EXHAUSTED",
    Trouble.MISSING: "NOT_FOUND",
    Trouble.FORBIDDEN: "PERMISSION_DENIED UNAUTHENTICATED",
    Trouble.REFUSED: "INVALID_ARGUMENT FAILED_PRECONDITION UNIMPLEMENTED OUT_OF_RANGE ALREADY_EXISTS",
}
BY_CODE = {code: trouble for trouble, codes in TROUBLES.items() for code in codes.split()}
REQUEST = {"vertex": "CustomJob", "dataflow": "Job"}


async def failure(source: Vertex | Dataflow, case: Case) -> CallFailed:
    with pytest.raises(CallFailed) as failed:
        await source.get(JobRef(case.scope, "4711"))
    return failed.value


def test_every_status_is_spoken_of() -> None:
    assert BY_CODE.keys() | {"OK"} == Code.__members__.keys()


@BOTH
@pytest.mark.parametrize("code", BY_CODE)
async def test_each_status_has_its_trouble(emulator: Emulator, sources: Sources, case: Case, code: str) -> None:
    emulator.fault(code, message="not\nnow", count=2)
    source = sources.of(case)
    failed = await failure(source, case)
    assert (failed.trouble, failed.retry_after) == (BY_CODE[code], None)
    assert str(failed) == f"Get{case.kind.resource}: {code}: not now"
    with pytest.raises(CallFailed, match=f"List{case.kind.resource}s: {code}: not now"):
        await listed(source, case)
    assert [struck for _, struck in emulator.faults] == [2], "a call is never repeated"


@BOTH
@pytest.mark.parametrize("how", [{"status": "UNAVAILABLE"}, {"status": "RESOURCE_EXHAUSTED"}, {"quota": "ReadRequests"}])
async def test_the_service_says_when_to_ask_again(emulator: Emulator, sources: Sources, case: Case, how: dict[str, Any]) -> None:
    emulator.fault(**how, retry_after="12.5s")
    failed = await failure(sources.of(case), case)
    assert failed.retry_after == 12.5
    assert failed.trouble is (Trouble.PASSING if how.get("status") == "UNAVAILABLE" else Trouble.THROTTLED)


@BOTH
async def test_a_job_that_is_not_there_is_missing(sources: Sources, case: Case) -> None:
    assert (await failure(sources.of(case), case)).trouble is Trouble.MISSING


@BOTH
async def test_a_connection_that_is_cut_passes(emulator: Emulator, sources: Sources, case: Case) -> None:
    job = case.create(emulator, "RUNNING")
    source = sources.of(case)
    emulator.fault(reset=True)
    failed = await failure(source, case)
    assert (failed.trouble, isinstance(failed.__cause__, Exception)) == (Trouble.PASSING, True)
    assert (await patient(source, case.ref(job))).state is not None


async def patient(source: Vertex | Dataflow, job: JobRef) -> Observation:
    """What a look shows, once the broken connection is noticed and another one made."""
    for _ in range(10):
        with suppress(CallFailed):
            return await source.get(job)
    return await source.get(job)


@BOTH
async def test_an_answer_that_is_too_late_passes(emulator: Emulator, sources: Sources, case: Case) -> None:
    emulator.fault(delay=AGES)
    failed = await failure(sources.of(case, timeout=0.05), case)
    assert failed.trouble is Trouble.PASSING
    assert "DEADLINE_EXCEEDED" in str(failed)


async def asked(emulator: Emulator) -> None:
    """Returns when the call has reached the service."""
    while not any(struck for _, struck in emulator.faults):  # noqa: ASYNC110
        await asyncio.sleep(0)  # the emulator runs in threads of its own


@BOTH
async def test_being_cancelled_is_no_trouble(emulator: Emulator, sources: Sources, case: Case) -> None:
    emulator.fault(delay=AGES)
    looking = asyncio.create_task(sources.of(case).get(JobRef(case.scope, "4711")))
    await asked(emulator)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking


@BOTH
async def test_a_timeout_of_the_caller_s_own_is_its_own(emulator: Emulator, sources: Sources, case: Case) -> None:
    emulator.fault(delay=AGES)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await sources.of(case).get(JobRef(case.scope, "4711"))


@BOTH
async def test_a_source_that_is_closed_under_a_call_is_trouble_for_it(emulator: Emulator, sources: Sources, case: Case) -> None:
    emulator.fault(delay=AGES)
    source = sources.of(case)
    looking = asyncio.create_task(source.get(JobRef(case.scope, "4711")))
    await asked(emulator)
    await source.aclose()
    with pytest.raises(CallFailed, match="the connection was closed") as failed:
        await looking
    assert failed.value.trouble is Trouble.PASSING


@BOTH
async def test_a_list_goes_no_further_when_its_source_is_closed(emulator: Emulator, sources: Sources, case: Case) -> None:
    case.create(emulator, "RUNNING", count=4)
    source = sources.of(case, page_size=2)
    found = source.list(case.scope)
    await anext(found)
    await source.aclose()
    with pytest.raises(CallFailed, match="closed") as failed:
        await anext(found)
    assert failed.value.trouble is Trouble.PASSING


async def test_where_nobody_listens_it_passes(sources: Sources) -> None:
    async with answering(b"") as address:
        pass
    source = Vertex(channel=lambda _: grpc.aio.insecure_channel(address))
    failed = await failure(source, CUSTOM)
    await source.aclose()
    assert (failed.trouble, "UNAVAILABLE" in str(failed)) == (Trouble.PASSING, True)


async def test_an_answer_that_is_no_message_passes() -> None:
    async with answering(b"\xff\xff") as address:
        source = Vertex(channel=lambda _: grpc.aio.insecure_channel(address))
        failed = await failure(source, CUSTOM)
        await source.aclose()
    assert failed.trouble is Trouble.PASSING
    assert str(failed).startswith("GetCustomJob: ")


async def test_without_credentials_nobody_knows_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "nothing.json"))
    source = Vertex()
    failed = await failure(source, CUSTOM)
    await source.aclose()
    assert failed.trouble is Trouble.FORBIDDEN
    assert "DefaultCredentialsError" in str(failed)


@pytest.mark.parametrize(
    ("make", "trouble"),
    [
        (partial(TransportError, "no way"), Trouble.PASSING),
        (partial(RefreshError, "later", retryable=True), Trouble.PASSING),
        (partial(RefreshError, "never"), Trouble.FORBIDDEN),
        (partial(UniverseMismatchError, "here", "there"), Trouble.REFUSED),
        (partial(RetryError, "gave up", cause=None), Trouble.PASSING),
        (partial(ConnectionResetError, "cut"), Trouble.PASSING),
        (TimeoutError, Trouble.PASSING),
    ],
)
def test_errors_that_carry_no_status_have_their_trouble(make: Callable[[], Exception], trouble: Trouble) -> None:
    error = make()
    failed = call_failed("GetJob", error)
    assert failed.trouble is trouble
    assert str(failed).startswith(f"GetJob: {type(error).__name__}")


def test_a_reason_is_one_line_and_not_endless() -> None:
    told = str(call_failed("GetJob", OSError("a\n  b" * 1000)))
    assert told.startswith("GetJob: OSError: a ba b")
    assert len(told) < 400
