"""The commands by name, each loaded when it is asked for: a command that starts a service should not wait for the others."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from jobstates.cli.starting import loading

HOMES = {
    "states": "explaining:states",
    "allowed": "explaining:allowed",
    "explain": "explaining:explain",
    "replay": "replaying:replay",
    "diagram": "drawing:draw",
    "diagrams": "exhibiting:exhibit",
    "watch": "watching:watch",
    "wait": "watching:wait",
    "list": "listing:list_jobs",
    "cancel": "commanding:cancel",
    "drain": "commanding:drain",
    "pause": "commanding:pause",
    "resume": "commanding:resume",
    "force-cancel": "commanding:force_cancel",
    "emulate": "emulating:app",
    "drift": "drifting:drift",
    "schema": "schemas:schema",
    "demo": "demonstrating:demo",
}
"""Where each command lives, in the order in which help lists them."""


class Commands(MutableMapping[str, Any]):
    """The commands of a group, made on first use; those that typer adds itself are kept beside them."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  # typer's own command classes differ by version
        if name not in self._made:
            self._made[name] = _made(name, HOMES[name])
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:  # noqa: ANN401
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        del self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*HOMES, *(name for name in self._made if name not in HOMES)])

    def __len__(self) -> int:
        return len(list(iter(self)))


def _made(name: str, home: str) -> Any:  # noqa: ANN401
    module, _, attribute = home.partition(":")
    with loading():
        found = getattr(import_module(f"jobstates.cli.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    return command


class Group(TyperGroup):
    """A group whose commands are loaded when they are asked for."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  # whatever this version of typer passes on
        super().__init__(**settings)
        self.commands = Commands()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  # typer's signature
        """Their names, in the order of the help."""
        return list(self.commands)
