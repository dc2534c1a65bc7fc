"""Finding the installed platforms. One that cannot be loaded is reported by name and stands in no other's way."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from jobstates.errors import UnknownPlatform
from jobstates.machine import JobMachine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import EntryPoint

GROUP = "jobstates.platforms"


class Broken(NamedTuple):
    """A platform that is installed and cannot be used."""

    name: str
    where: str
    """The entry point's value and its distribution."""
    reason: str


class Registry(NamedTuple):
    """What is installed."""

    platforms: Mapping[str, type[JobMachine]]
    broken: tuple[Broken, ...]

    def get(self, name: str) -> type[JobMachine]:
        """The machine class of a platform.

        Raises:
            UnknownPlatform: when no usable platform has that name; a broken one is named with its reason.
        """
        if name in self.platforms:
            return self.platforms[name]
        error = UnknownPlatform(name, self.platforms)
        for broken in self.broken:
            if broken.name == name:
                error.add_note(f"{name} is installed ({broken.where}) and broken: {broken.reason}")
        raise error


def load(entries: list[EntryPoint]) -> Registry:
    """Load entry points; the first of a name wins, in the order of their distributions."""
    found: dict[str, type[JobMachine]] = {}
    broken: list[Broken] = []
    for entry in entries:
        where = f"{entry.value} of {entry.dist.name if entry.dist else 'an unnamed distribution'}"
        try:
            machine = _checked(entry, found)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a foreign package may raise anything while it is imported
            broken.append(Broken(entry.name, where, f"{type(error).__name__}: {error}"))
        else:
            found[entry.name] = machine
    return Registry(MappingProxyType(found), tuple(broken))


def _checked(entry: EntryPoint, found: Mapping[str, object]) -> type[JobMachine]:
    if entry.name in found:
        raise ValueError("another platform has that name already")
    machine = entry.load()
    if not (isinstance(machine, type) and issubclass(machine, JobMachine) and hasattr(machine, "lifecycle")):
        raise TypeError(f"{entry.value} is not a JobMachine class with states")
    if machine.lifecycle.platform != entry.name:
        raise ValueError(f"the job model of {entry.value} says platform = {machine.lifecycle.platform!r}")
    return machine


@cache
def registry() -> Registry:
    """What is installed, looked up once."""
    entries = sorted(entry_points(group=GROUP), key=lambda entry: (not entry.value.startswith("jobstates."), entry.name))
    return load(entries)


def platforms() -> Mapping[str, type[JobMachine]]:
    """The usable platforms by name."""
    return registry().platforms
