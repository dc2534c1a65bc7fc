"""Whether the vendor's own enums still say what the platforms say.

The vendor's client libraries are no dependency of this package: an enum is imported by the dotted path that the platform
declares, and only when somebody asks. What cannot be imported is a result like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jobstates.spec.citation import Source
    from jobstates.spec.lifecycle import Lifecycle


class Comparison(StrEnum):
    """How the comparison with one enum ended."""

    SAME = "same"
    """Both have the same names and numbers."""
    DRIFTED = "drifted"
    """They differ."""
    NOT_INSTALLED = "not_installed"
    """The package that has the enum is not installed."""
    UNREADABLE = "unreadable"
    """The package is installed, and its enum could not be read."""


class Value(NamedTuple):
    """One value of an enum."""

    name: str
    number: int


class Renumbered(NamedTuple):
    """A value that has another number at the vendor's."""

    name: str
    ours: int
    theirs: int


@dataclass(frozen=True, slots=True)
class Drift:
    """What comparing a platform with one of the vendor's enums came to."""

    platform: str
    enum: str
    """The dotted path of the enum."""
    package: str = ""
    """What to install in order to compare; empty when the platform's sources name no client library."""
    reason: str = ""
    """Why there was nothing to compare with."""
    installed: bool = True
    undeclared: tuple[Value, ...] = ()
    """Values that the vendor has and the platform does not declare."""
    withdrawn: tuple[Value, ...] = ()
    """Values that the platform declares and the vendor does not have."""
    renumbered: tuple[Renumbered, ...] = ()

    @property
    def result(self) -> Comparison:
        """How the comparison ended."""
        if not self.installed:
            return Comparison.NOT_INSTALLED
        if self.reason:
            return Comparison.UNREADABLE
        differs = self.undeclared or self.withdrawn or self.renumbered
        return Comparison.DRIFTED if differs else Comparison.SAME


def drifts(lifecycles: Iterable[Lifecycle]) -> tuple[Drift, ...]:
    """Compare each platform with each of the enums that it names. Never raises, whatever the vendor's packages do."""
    return tuple(_drift(lifecycle, path) for lifecycle in lifecycles for path in lifecycle.vendor_enums)


def _drift(lifecycle: Lifecycle, path: str) -> Drift:
    package = _package(lifecycle)
    try:
        theirs = _values(path)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a foreign module may raise anything while it is imported
        installed = not (isinstance(error, ModuleNotFoundError) and _is_part(error.name, path))
        return Drift(lifecycle.platform, path, package, f"{type(error).__name__}: {error}", installed)
    ours = {state.value: state.number for state in lifecycle.states}
    return Drift(
        lifecycle.platform,
        path,
        package,
        undeclared=tuple(Value(name, number) for name, number in theirs.items() if name not in ours),
        withdrawn=tuple(Value(name, number) for name, number in ours.items() if name not in theirs),
        renumbered=tuple(
            Renumbered(name, number, theirs[name]) for name, number in ours.items() if theirs.get(name, number) != number
        ),
    )


def _values(path: str) -> Mapping[str, int]:
    module, _, name = path.rpartition(".")
    members: Mapping[str, Any] = getattr(import_module(module), name).__members__
    return {name: int(member.value) for name, member in members.items()}


def _is_part(module: str | None, path: str) -> bool:
    """Whether what is missing is the package itself, not something that it imports in turn."""
    return module is not None and path.startswith(f"{module}.")


def _package(lifecycle: Lifecycle) -> str:
    """The distribution of the client library whose docstrings the platform quotes."""
    return next((source.version.split()[0] for source in _sources(lifecycle) if source.docstring and source.version), "")


def _sources(lifecycle: Lifecycle) -> Iterator[Source]:
    for citation in (*(state.citation for state in lifecycle.states), *(arrow.citation for arrow in lifecycle.arrows)):
        yield from (sentence.source for sentence in citation.sentences)
