"""The commands by name, each loaded when it is asked for: a command that starts a service should not wait for the others."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

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
        alone.command(name, cls=Command)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = name
    return command


def _nothing(**_: Any) -> None:  # noqa: ANN401
    """What help says of a type."""


class Plain:
    """What every command has in common: help that fits the terminal and tells no types, and errors that say what is missing."""

    def __init__(self, *settings: Any, **more: Any) -> None:  # noqa: ANN401  # whatever this version of typer passes on
        super().__init__(*settings, **more)
        paragraphs = (getattr(self, "help", None) or "").split("\n\n")
        self.help: str | None = "\n\n".join(one.replace("\n", " ") for one in paragraphs)  # the terminal says where lines end

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401  # typer's own classes, as below
        """The parameters, of which help shows no type: a flag takes no value."""
        found: list[Any] = super().get_params(ctx)  # type: ignore[misc]  # of the command that this is mixed into
        for parameter in found:
            if getattr(parameter, "is_flag", False):
                parameter.metavar = ""
            elif parameter.param_type_name == "argument":
                parameter.display_type_rich = _nothing  # its name and its help say what it is
        return found

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Parse; whoever leaves out a parameter is told what it is, as the help tells it."""
        try:
            return super().parse_args(ctx, args)  # type: ignore[misc, no-any-return]
        except Exception as error:
            if type(error).__name__ == "MissingParameter":  # click's or typer's own, by version
                error.message = getattr(error.param, "help", None) or ""  # type: ignore[attr-defined]
            raise


class Command(Plain, TyperCommand):
    """A command that stands alone."""


class Subgroup(Plain, TyperGroup):
    """A command with commands of its own."""


class Group(Subgroup):
    """A group whose commands are loaded when they are asked for."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401  # whatever this version of typer passes on
        super().__init__(**settings)
        self.commands = Commands()

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  # typer's signature
        """Their names, in the order of the help."""
        return list(self.commands)
