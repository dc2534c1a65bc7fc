"""``list``: the jobs of a place, one list call for each kind. A state that no lifecycle knows is shown as it is spelled."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
from rich.text import Text

from jobstates.cli.asking import lifecycle_of
from jobstates.cli.extras import need
from jobstates.cli.layout import Row, table
from jobstates.cli.live.pointing import sources_of
from jobstates.cli.live.running import run
from jobstates.cli.live.telling import GOOD, OPEN
from jobstates.cli.showing import complain, output, put_json, shown
from jobstates.errors import InputError, MissingExtra, UnknownJob, UnknownState, unlisted
from jobstates.platforms import platforms
from jobstates.spec.observation import spelling
from jobstates.spec.wording import safe
from jobstates.watch.naming import job_ref
from jobstates.watch.ref import JobRef, Scope
from jobstates.watch.source import CallFailed
from jobstates.watch.sources import HOMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from jobstates.cli.naming import Listed
    from jobstates.spec.lifecycle import Lifecycle
    from jobstates.spec.observation import Observation
    from jobstates.spec.state import JobState
    from jobstates.watch.source import About, Page, Source

PLACE = ["projects", "locations"]
MOMENT = "2026-01-01 00:00:00Z"
"""As wide as every moment is."""
HERE = "2026-01-01_00_00_00-1"
"""An id that a job of any kind may have, by which a place is checked."""


class Answers(NamedTuple):
    """What was found, and what could not be."""

    jobs: list[Found]
    failed: dict[str, list[tuple[Scope, CallFailed]]]
    """The kinds that could not be listed, by the reason."""


class Found(NamedTuple):
    """One job."""

    ref: JobRef
    state: JobState | None
    """None when its lifecycle does not know it."""
    look: Observation
    about: About

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
    scopes = [scope for scope in scopes if _of(sources, scope)]
    found = Answers([], {})

    async def main() -> int:
        return await _list(sources, scopes, listed, found)

    code = run(main, stopped="Stopped listing.")
    places = {scope: place for place, scope in enumerate(scopes)}
    for reason, failed in found.failed.items():
        _complain(reason, sorted(failed, key=lambda one: places[one[0]]))
    found.jobs.sort(key=lambda job: (places[job.ref.scope], job.ref.id))
    if json:
        for job in found.jobs:
            put_json(_row(job))
    elif found.jobs:
        _show(found.jobs)
    elif code == GOOD:
        output().print("No jobs.")
    return code


def _complain(reason: str, failed: Sequence[tuple[Scope, CallFailed]]) -> None:
    """Say which kinds could not be listed, and why."""
    kinds = [scope.kind for scope, _ in failed]
    if len(failed) == 1:
        complain(f"{kinds[0]}: {failed[0][1]}")
    else:
        complain(f"{len(kinds)} kinds cannot be listed ({', '.join(kinds)}): {reason}")


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
        known = [scope.kind for scope in _scopes(listed._replace(kind=""))]
        raise InputError(unlisted("kind", listed.kind, known) if known else f"no jobs of {listed.platform} can be listed")
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
                found += sources_of([name], about=True)
            except MissingExtra as error:
                missing.append(error)
    if missing and (listed.platform or listed.kind):
        raise missing[0]
    if not found:
        need("vertex", "dataflow")
    for message in dict.fromkeys(map(str, missing)):
        complain(f"not listed: {message}")
    return found


def _of(sources: Sequence[Source], scope: Scope) -> Source | None:
    return next((source for source in sources if scope.platform in source.platforms), None)


async def _list(sources: Sequence[Source], scopes: Sequence[Scope], listed: Listed, found: Answers) -> int:

    async def one(scope: Scope, source: Any) -> None:  # noqa: ANN401  # a source
        lifecycle = lifecycle_of(scope.platform)
        wanted = {lifecycle.coerce(name) for name in listed.states} - {None}
        live = not listed.over and not any(state and state.terminal for state in wanted)
        try:
            async with aclosing(source.list(scope, live=live)) as pages:
                async for page in pages:
                    jobs = (_found(scope, lifecycle, page, place) for place in range(len(page.names)))
                    found.jobs.extend(job for job in jobs if not listed.states or job.state in wanted)
        except CallFailed as failure:
            resource = next(kind.resource for kind in lifecycle.job_type.kinds if kind.name == scope.kind)
            found.failed.setdefault(str(failure).removeprefix(f"List{resource}s: "), []).append((scope, failure))

    try:
        async with anyio.create_task_group() as tasks:
            for scope in scopes:
                tasks.start_soon(one, scope, _of(sources, scope))
    finally:
        for source in sources:
            await source.aclose()
    return OPEN if found.failed else GOOD


def _found(scope: Scope, lifecycle: Lifecycle, page: Page, place: int) -> Found:
    look = page.detail(place)
    state = lifecycle.initial if look.state is None else lifecycle.coerce(look.state)
    return Found(JobRef(scope, page.names[place].rpartition("/")[2]), state, look, page.about(place))


def _row(job: Found) -> dict[str, Any]:
    return {
        "platform": job.ref.platform,
        "kind": job.ref.scope.kind,
        "job": job.ref.name,
        "name": job.about.title,
        "state": job.spelled,
        "known": job.state is not None,
        "at": job.look.at.isoformat() if job.look.at else None,
        "created": job.about.created.isoformat() if job.about.created else None,
        "error": job.look.error,
    }


def _show(found: Sequence[Found]) -> None:
    console = output()
    head = Row(
        tuple(Text(name, "bold") for name in ("State", "Kind", "Name", "Job")),
        (Text("Created".ljust(len(MOMENT)), "bold"), Text("Since", "bold")),
    )
    for line in table([head, *map(_line, found)], console.width):
        console.print(line)


def _line(job: Found) -> Row:
    state = shown(job.state) if job.state else Text(f"{safe(job.spelled)}?", "yellow")
    cells = state, Text(job.ref.scope.kind, "dim"), Text(safe(job.about.title), "bold"), Text(safe(job.ref.id))
    return Row(cells, tuple(Text(_moment(at), "dim") for at in (job.about.created, job.look.at)))


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%SZ}" if at else " " * len(MOMENT)
