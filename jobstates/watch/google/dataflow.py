"""Dataflow as a source: its jobs service and its messages service.

Proto3 has no way to tell an empty field from an absent one, so an empty one is taken to say nothing: a state of 0, no successor,
not ``pausable``. FlexRS and the service options stand in the environment, which summaries leave out.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from jobstates.errors import MissingExtra
from jobstates.platforms.dataflow import DataflowJobMachine
from jobstates.spec.observation import Observation, as_time
from jobstates.watch.source import About, CallFailed, Message, Page, Trouble

try:
    from google.cloud import dataflow_v1beta3 as client

    from jobstates.watch.google.calling import GoogleSource, Service, following
    from jobstates.watch.google.fields import moment
except ImportError as error:
    raise MissingExtra("dataflow", "google-cloud-dataflow-client") from error

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
    from datetime import datetime

    from jobstates.spec.arrow import Arrow
    from jobstates.watch.ref import JobRef, Scope

HOST = "dataflow.googleapis.com"
JOBS = Service(client.JobsV1Beta3AsyncClient, HOST)
MESSAGES = Service(client.MessagesV1Beta3AsyncClient, HOST)
LIFECYCLE = DataflowJobMachine.lifecycle
QUOTA = 15_000
"""Monitoring requests of one user per minute."""
IMPORTANCE = client.JobMessageImportance
LEVELS = {int(IMPORTANCE.JOB_MESSAGE_WARNING): "warning", int(IMPORTANCE.JOB_MESSAGE_ERROR): "error"}
"""The levels that count. Their numbers are not in order, so a service that compares them sends others, too."""


class Dataflow(GoogleSource):
    """Dataflow jobs."""

    platforms: Collection[str] = (LIFECYCLE.platform,)
    quotas: Mapping[str, int] = {LIFECYCLE.platform: QUOTA}

    async def get(self, job: JobRef) -> Observation:
        """Look at one job."""
        request = {**_address(job), "view": client.JobView.JOB_VIEW_SUMMARY}
        return observed(await self._calling.get(JOBS, "get_job", request))

    async def list(self, scope: Scope, *, live: bool = True, after: Sequence[str] | None = None) -> AsyncGenerator[Page, None]:
        """Look at the jobs of a scope. Google's filter for active jobs may leave out those that are STOPPED.

        Raises:
            CallFailed: also when the location did not answer, so that jobs may be missing.
        """
        wanted = client.ListJobsRequest.Filter.ACTIVE if live else client.ListJobsRequest.Filter.ALL
        request = {**_place(scope), "filter": wanted, "page_size": self.page_size}
        named = after or ()
        async with aclosing(self._calling.pages(JOBS, "list_jobs", request, named)) as pages:
            async for page in pages:
                named = following(page, named)
                shown = _page(scope, list(page.jobs), named)
                # Whoever went on after a page that is not whole would miss what it lacks.
                yield shown._replace(after=None, last=False) if page.failed_location else shown
                if page.failed_location:
                    silent = ", ".join(failed.name for failed in page.failed_location)
                    raise CallFailed(Trouble.PASSING, f"ListJobs: failed to respond: {silent}")

    async def ask(self, job: JobRef, arrow: Arrow, *, changes: Mapping[str, Any] | None = None) -> None:
        """Make the request of an arrow. None takes ``changes``: UpdateJob takes a state or changes, never both."""
        asked = arrow.request
        if asked is None or not asked.requested_state:
            raise CallFailed(Trouble.REFUSED, f"Job: there is no request for {arrow.event!r}")
        if changes:
            raise CallFailed(Trouble.REFUSED, f"{asked}: it changes nothing else of the job, so not {', '.join(changes)}")
        wanted = {"requested_state": LIFECYCLE.state(asked.requested_state).number, "labels": dict(asked.labels)}
        await self._calling.call(JOBS, "update_job", {**_address(job), "job": wanted})

    async def messages(self, job: JobRef, *, after: datetime | None = None) -> AsyncGenerator[Sequence[Message], None]:
        """What the service wrote about a job since a moment, at level warning or above, oldest first."""
        since = {} if after is None else {"start_time": as_time(after)}
        request = {**_address(job), "minimum_importance": IMPORTANCE.JOB_MESSAGE_WARNING, **since}
        async with aclosing(self._calling.pages(MESSAGES, "list_job_messages", request)) as pages:
            async for page in pages:
                told = [one for one in page.job_messages if one.message_importance in LEVELS]
                yield [Message(moment(one, "time"), LEVELS[one.message_importance], one.message_text) for one in told]


def observed(job: Any) -> Observation:  # noqa: ANN401  # plain protobuf
    """What a job shows."""
    number = job.current_state
    return Observation(state=number or None, at=moment(job, "current_state_time") if number else None, facts=facts(job))


def facts(job: Any) -> dict[str, Any]:  # noqa: ANN401
    """What a job tells beside its state, in the words of the platform's job model; only what it does tell."""
    told = {
        "kind": "jobs",
        "type": job.type_,
        "requested_state": job.requested_state,
        "replaced_by": job.replaced_by_job_id,
        "pausable": job.pausable,
    }
    return {name: value for name, value in told.items() if value}


def _page(scope: Scope, jobs: Sequence[Any], named: Sequence[str]) -> Page:
    under = f"{scope}/"
    names = [under + job.id for job in jobs]
    states = [job.current_state for job in jobs]
    shown = Page(names, states, lambda index: observed(jobs[index]), named or None, last=not named)
    return shown._replace(about=lambda index: _about(jobs[index]))


def _about(job: Any) -> About:  # noqa: ANN401
    return About(job.name, moment(job, "create_time"))


def _place(scope: Scope) -> dict[str, Any]:
    return {"project_id": scope.project, "location": scope.location}


def _address(job: JobRef) -> dict[str, Any]:
    return {**_place(job.scope), "job_id": job.id}
