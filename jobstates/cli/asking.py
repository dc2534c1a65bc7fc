"""The options by which a command is told about a platform and a job."""

from __future__ import annotations

from typing import Annotated

import typer

from jobstates.errors import InputError, UnknownState, unlisted
from jobstates.platforms import platforms, registry
from jobstates.spec.job import Job
from jobstates.spec.lifecycle import Lifecycle
from jobstates.spec.state import JobState


def _names(incomplete: str) -> list[str]:
    return [name for name in platforms() if name.startswith(incomplete)]


Platform = Annotated[
    str,
    typer.Argument(
        help="vertex, vertex-pipeline, dataflow, or another installed platform.", metavar="PLATFORM", autocompletion=_names
    ),
]
KindOption = Annotated[str, typer.Option("--kind", help="The kind of resource, such as customJobs.", metavar="KIND")]
TypeOption = Annotated[str, typer.Option("--type", help="Dataflow: batch or streaming.", metavar="TYPE")]
FactOption = Annotated[
    list[str],
    typer.Option("--fact", help="Any other fact about the job, such as pausable=false. Repeatable.", metavar="NAME=VALUE"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def lifecycle_of(platform: str) -> Lifecycle:
    """The lifecycle of an installed platform.

    Raises:
        UnknownPlatform: when there is none of that name.
    """
    return Lifecycle.of(registry().get(platform))


def state_of(lifecycle: Lifecycle, name: str) -> JobState:
    """The state of that name or number.

    Raises:
        UnknownState: when there is none; a number is answered with the numbers.
        InputError: when it is a state of other platforms.
    """
    try:
        return lifecycle.state(name)
    except UnknownState as error:
        if name.isdigit():
            raise UnknownState(name, [f"{state.number} {state.name}" for state in lifecycle.states]) from None
        known = {platform: machine.lifecycle.coerce(name) for platform, machine in platforms().items()}
        elsewhere = [f"{state.name} is a state of {platform}." for platform, state in known.items() if state]
        if elsewhere:
            raise InputError(" ".join((str(error), *elsewhere))) from None
        raise


def job_of(lifecycle: Lifecycle, kind: str, type_: str, facts: list[str]) -> Job | None:
    """The job that the options describe; None when they say nothing.

    Raises:
        InputError: when the platform has no such kind, a fact is not about such a job, or its value cannot be used.
    """
    told = dict(_pair(fact) for fact in facts)
    told |= {name: value for name, value in (("kind", kind), ("type", type_)) if value}
    if not told:
        return None
    known = [traits.name for traits in lifecycle.job_type.kinds]
    if "kind" in told and told["kind"] not in known:
        raise InputError(unlisted("kind", told["kind"], known))
    job, bad = lifecycle.job_type().learn(told)
    if bad:
        fields = ", ".join(sorted(lifecycle.job_type.model_fields.keys() - {"name", "state", "intent"}))
        reasons = "; ".join(f"{name}: {reason}" for name, reason in sorted(bad.items()))
        raise InputError(f"{reasons} (facts about a {lifecycle.platform} job: {fields})")
    return job


def _pair(fact: str) -> tuple[str, str]:
    name, equals, value = fact.partition("=")
    if not equals:
        raise InputError(f"--fact {fact}: write it as NAME=VALUE, such as pausable=false")
    return name, value
