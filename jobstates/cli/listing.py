"""``list``: the jobs that there are."""

from __future__ import annotations

from typing import Annotated

import typer

from jobstates.cli.asking import JsonOption, lifecycle_of
from jobstates.cli.naming import PROJECT, Listed
from jobstates.cli.starting import loading

ProjectOption = Annotated[str, typer.Option("--project", help="The project.", metavar="ID", envvar=PROJECT)]
RegionOption = Annotated[str, typer.Option("--region", "--location", help="The region.", metavar="REGION")]
PlatformOption = Annotated[str, typer.Option("--platform", help="Only this platform.", metavar="NAME")]
KindOption = Annotated[str, typer.Option("--kind", help="Only this kind of job, such as customJobs.", metavar="KIND")]
StatesOption = Annotated[list[str], typer.Option("--state", help="Only jobs in this state. Repeatable.", metavar="STATE")]
AllOption = Annotated[bool, typer.Option("--all/--live", help="Also the jobs that are over, or only those that are not.")]


def list_jobs(  # noqa: PLR0913  # a command's options are its parameters
    project: ProjectOption,
    region: RegionOption,
    platform: PlatformOption = "",
    kind: KindOption = "",
    *,
    state: StatesOption = [],  # noqa: B006
    over: AllOption = False,
    json: JsonOption = False,
) -> None:
    """List jobs with their states, those that are not over unless told otherwise.

    Exit code 3 when some could not be listed; the others are.
    """
    if platform:
        lifecycle_of(platform)
    with loading():
        from jobstates.cli.live.list import put  # noqa: PLC0415  # loaded by those who use it

    raise typer.Exit(put(Listed(project, region, platform, kind, tuple(state), over), json=json))
