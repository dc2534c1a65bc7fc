"""Recorded lives for pictures: those of one platform, and the one that was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from jobstates.cli.following import KNOWN, follow_file, no_jobs
from jobstates.cli.lives import Lives
from jobstates.cli.opening import called
from jobstates.errors import InputError
from jobstates.render import History

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.cli.lives import Life
    from jobstates.spec.job import Job
    from jobstates.spec.lifecycle import Lifecycle

LISTED = 20
"""How many jobs an error names."""


def read_lives(lifecycle: Lifecycle, files: Sequence[str]) -> tuple[list[Life], bool]:
    """The lives of a platform's jobs in files, and whether all of the files could be read.

    Raises:
        InputError: when there is none, and it is not said already that a file cannot be read.
    """
    lives = Lives()
    readable = [follow_file(name, lives, platform=lifecycle.platform) for name in files]
    found = [life for life in lives if life.platform == lifecycle.platform and life.events]
    if files and not found:
        if not lives and not all(readable):
            raise typer.Exit(2)
        raise InputError(_lacking(lifecycle.platform, lives, files))
    return found, all(readable)


def _lacking(platform: str, lives: Lives, files: Sequence[str]) -> str:
    """Why files have no job of a platform to show."""
    if not lives:
        return "\n".join((no_jobs(files), *KNOWN[1:]))
    others = sorted({life.platform for life in lives} - {platform})
    why = f"the jobs there are of {' and '.join(others)}" if others else "nothing that was seen there moved a job"
    return f"no {platform} job in {', '.join(map(called, files))}: {why}"


def alike(lives: Sequence[Life], lifecycle: Lifecycle, job: Job | None) -> list[Life]:
    """The lives of jobs that may be such a job: none of its known facts is known to be otherwise.

    Raises:
        InputError: when there is none.
    """
    if job is None:
        return list(lives)
    facts = {name: value for name, value in job.known().items() if value is not None}
    found = [life for life in lives if _may_be(_job(life, lifecycle), facts)]
    if lives and not found:
        raise InputError(f"none of the {len(lives)} {lifecycle.platform} jobs in these files may be such a job")
    return found


def _job(life: Life, lifecycle: Lifecycle) -> Job:
    return lifecycle.job_type(name=life.job, kind=life.kind).learn(life.told)[0]


def _may_be(job: Job, facts: dict[str, object]) -> bool:
    return all(getattr(job, name) in (None, value) for name, value in facts.items())


def one_of(lives: Sequence[Life], name: str) -> Life:
    """The life of the job of that name; its beginning or its end is enough where only one has it.

    Raises:
        InputError: when there is none, or more than one.
    """
    exact = [life for life in lives if life.job == name]
    near = exact or [life for life in lives if _named(life.job, name)]
    if len(near) == 1:
        return near[0]
    problem = f"{len(near)} jobs are named like that" if near else "no job is named like that"
    raise InputError(f"{problem if name else 'there are several jobs'}; name one with --job: {_listed(near or lives)}")


def _named(job: str, name: str) -> bool:
    return job.startswith(name) or job.endswith(name) or job.rpartition("/")[2].startswith(name)


def _listed(lives: Sequence[Life]) -> str:
    more = f" and {len(lives) - LISTED} more" if len(lives) > LISTED else ""
    return ", ".join(life.job for life in lives[:LISTED]) + more


def history_of(life: Life) -> History:
    """A life as a picture tells it."""
    return History(job=life.job, events=tuple(life.replayed().events), until=life.last)
