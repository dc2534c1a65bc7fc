"""``drift``: whether the vendor's client libraries know states that the platforms do not declare."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from jobstates.cli.asking import JsonOption
from jobstates.cli.showing import as_json, complain, output, safe
from jobstates.errors import InputError
from jobstates.platforms import registry
from jobstates.platforms.drift import Comparison, Drift, drifts

if TYPE_CHECKING:
    from collections.abc import Iterator

STYLES = {
    Comparison.SAME: "green",
    Comparison.DRIFTED: "bold red",
    Comparison.NOT_INSTALLED: "dim",
    Comparison.UNREADABLE: "yellow",
}


def drift(json: JsonOption = False) -> None:  # noqa: FBT001, FBT002  # typer's way to declare an option
    """Compare the declared states with the enums of the installed client libraries.

    Exit code 1 when they differ, 2 when no client library could be read.
    """
    installed = registry()
    for broken in installed.broken:
        complain(f"the platform {broken.name} ({broken.where}) cannot be loaded: {broken.reason}")
    found = drifts(machine.lifecycle for machine in installed.platforms.values())
    console = output()
    for one in found:
        if json:
            console.print(as_json({"result": one.result, **asdict(one)}), soft_wrap=True)
        else:
            console.print(_line(one))
            for change in _changes(one):
                console.print(f"    {change}", soft_wrap=True)
    if any(one.result is Comparison.DRIFTED for one in found):
        raise typer.Exit(1)
    if not any(one.result is Comparison.SAME for one in found):
        packages = " ".join(sorted({one.package for one in found if one.package}))
        raise InputError(f"no client library could be compared with; pip install {packages}")


def _line(one: Drift) -> Text:
    result = one.result
    line = Text.assemble((result.replace("_", " ").ljust(14), STYLES[result]), f"{one.platform.ljust(16)} {safe(one.enum)}")
    if result is Comparison.NOT_INSTALLED:
        line.append(f"  pip install {safe(one.package)}", "dim")
    elif result is Comparison.UNREADABLE:
        line.append(f"  {safe(one.reason)}", "yellow")
    return line


def _changes(one: Drift) -> Iterator[str]:
    for value in one.undeclared:
        yield f"{safe(value.name)} = {value.number}: the client library has it, the platform does not declare it"
    for value in one.withdrawn:
        yield f"{safe(value.name)} = {value.number}: the platform declares it, the client library does not have it"
    for value in one.renumbered:
        yield f"{safe(value.name)}: {value.ours} here, {value.theirs} in the client library"
