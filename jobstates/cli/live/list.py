"""``list``: the jobs of a place, one list call for each kind. A state that no lifecycle knows is shown as it is spelled."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
from rich.text import Text

from jobstates.cli.asking import lifecycle_of
from jobstates.cli.layout import Row, table
from jobstates.cli.live.pointing import sources_of
from jobstates.cli.live.running import run
from jobstates.cli.live.telling import GOOD, OPEN
from jobstates.cli.showing import complain, output, put_json, shown
from jobstates.errors import InputError, MissingExtra, UnknownJob, UnknownState
from jobstates.platforms import platforms
from jobstates.spec.observation import spelling
from jobstates.spec.wording import safe
from jobstates.watch.naming import job_ref
from jobstates.watch.ref import JobRef, Scope
from jobstates.watch.source import CallFailed
from jobstates.watch.sources import HOMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jobstates.cli.naming import Listed
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.observation import Observation
    from jobstates.spec.state import JobState
    from jobstates.watch.source import Source

PLACE = ["projects", "locations"]
HERE = "2026-01-01_00_00_00-1"
"""An id that a job of any kind may have, by which a place is checked."""


class Found(NamedTuple):
    """One job."""

    ref: JobRef
    state: JobState | None
    """None when its lifecycle does not know it."""
    look: Observation

    @property
    def spelled(self) -> str:
        """The state as the service spells it."""
        return self.state.value if self.state else spelling(self.look.state)


def put(listed: Listed, *, json: bool) -> int:
    """List jobs; the exit code.

    Raises:
        JobStatesError: when something that was given cannot be used; nothing has been asked of any service then.
    """
    scopes = list(_scopes(listed))
    _check(listed, scopes)
    sources = _sources(listed, [scope.platform for scope in scopes])
    found: list[Found] = []

    async def main() -> int:
        return await _list(sources, [scope for scope in scopes if _of(sources, scope)], listed, found)

    code = run(main, stopped="Stopped listing.")
    places = {scope: place for place, scope in enumerate(scopes)}
    found.sort(key=lambda job: (places[job.ref.scope], job.ref.id))
    if json:
        for job in found:
            put_json(_row(job))
    else:
        _show(found)
    return code


def _scopes(listed: Listed) -> Iterator[Scope]:
    """The kinds to list, in the order of their platforms. Those that lie deeper than a region are not found in one."""
    for name, machine in platforms().items():
        if name not in HOMES or listed.platform not in ("", name):
            continue
        for kind in machine.lifecycle.job_type.kinds:
            if kind.pattern.split("/")[:-2:2] == PLACE and listed.kind in ("", kind.name):
                yield Scope(name, f"projects/{listed.project}/locations/{listed.region}", kind.name)


def _check(listed: Listed, scopes: Sequence[Scope]) -> None:
    if not scopes:
        known = ", ".join(scope.kind for scope in _scopes(listed._replace(kind="", platform="")))
        raise InputError(f"no such jobs can be listed; the kinds are {known}")
    _check_place(scopes[0])
    lifecycles = [lifecycle_of(platform) for platform in {scope.platform for scope in scopes}]
    for name in listed.states:
        if not any(lifecycle.coerce(name) for lifecycle in lifecycles):
            raise UnknownState(name, dict.fromkeys(state.name for lifecycle in lifecycles for state in lifecycle.states))


def _check_place(scope: Scope) -> None:
    try:
        job_ref(f"{scope}/{HERE}")
    except UnknownJob as error:
        raise InputError(str(error).partition(": ")[2]) from None


def _sources(listed: Listed, names: Sequence[str]) -> list[Source]:
    """The services to ask; of a platform that nobody asked for by name, the client may be missing."""
    found: list[Source] = []
    missing: list[MissingExtra] = []
    for name in dict.fromkeys(names):
        if not any(name in source.platforms for source in found):
            try:
                found += sources_of([name])
            except MissingExtra as error:
                missing.append(error)
    if missing and (listed.platform or listed.kind or not found):
        raise missing[0]
    for message in dict.fromkeys(map(str, missing)):
        complain(f"not listed: {message}")
    return found


def _of(sources: Sequence[Source], scope: Scope) -> Source | None:
    return next((source for source in sources if scope.platform in source.platforms), None)


async def _list(sources: Sequence[Source], scopes: Sequence[Scope], listed: Listed, found: list[Found]) -> int:
    codes = [GOOD]

    async def one(scope: Scope, source: Any) -> None:  # noqa: ANN401  # a source
        lifecycle = lifecycle_of(scope.platform)
        wanted = {lifecycle.coerce(name) for name in listed.states} - {None}
        live = not listed.over and not any(state and state.terminal for state in wanted)
        try:
            async with aclosing(source.list(scope, live=live)) as pages:
                async for page in pages:
                    jobs = (_found(scope, lifecycle, name, page.detail(place)) for place, name in enumerate(page.names))
                    found.extend(job for job in jobs if not listed.states or job.state in wanted)
        except CallFailed as failure:
            complain(f"{scope.kind}: {failure}")
            codes.append(OPEN)

    try:
        async with anyio.create_task_group() as tasks:
            for scope in scopes:
                tasks.start_soon(one, scope, _of(sources, scope))
    finally:
        for source in sources:
            await source.aclose()
    return max(codes)


def _found(scope: Scope, lifecycle: Lifecycle, name: str, look: Observation) -> Found:
    state = lifecycle.initial if look.state is None else lifecycle.coerce(look.state)
    return Found(JobRef(scope, name.rpartition("/")[2]), state, look)


def _row(job: Found) -> dict[str, Any]:
    return {
        "platform": job.ref.platform,
        "kind": job.ref.scope.kind,
        "job": job.ref.name,
        "state": job.spelled,
        "known": job.state is not None,
        "at": job.look.at.isoformat() if job.look.at else None,
        "error": job.look.error,
    }


def _show(found: Sequence[Found]) -> None:
    console = output()
    if not found:
        console.print("No jobs.")
        return
    head = Row(tuple(Text(name, "bold") for name in ("State", "Kind", "Job")), (Text("Since", "bold"),))
    for line in table([head, *map(_line, found)], console.width):
        console.print(line)


def _line(job: Found) -> Row:
    state = shown(job.state) if job.state else Text(f"{safe(job.spelled)}?", "yellow")
    since = Text(f"{job.look.at:%Y-%m-%d %H:%M:%SZ}" if job.look.at else "", "dim")
    return Row((state, Text(job.ref.scope.kind, "dim"), Text(safe(job.ref.id))), (since,))
