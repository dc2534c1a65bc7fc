"""The errors of the package: the tree that its documentation draws is the one there is."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import jobstates
from jobstates import errors
from jobstates.errors import JobStatesError

if TYPE_CHECKING:
    from collections.abc import Iterator


def classes(parent: type[Exception] = JobStatesError) -> Iterator[type[Exception]]:
    """All public errors but the first."""
    for child in parent.__subclasses__():
        if child.__module__.startswith("jobstates."):
            yield from [child] if is_public(child) else []
            yield from classes(child)


def is_public(error: type) -> bool:
    return error.__module__.startswith("jobstates.") and not error.__name__.startswith("_")


def drawn() -> set[tuple[str, str]]:
    """The errors that the docstring draws, each with the one that it is a sort of."""
    found, above = set(), {-1: ""}
    for line in (errors.__doc__ or "").splitlines():
        if branch := re.match(r"    ([ │]*)(?:[├└]── )?([A-Z]\w+)(?:  |$)", line):
            depth = 0 if branch[2] == "JobStatesError" else len(branch[1]) // 4 + 1
            above[depth] = branch[2]
            found.add((branch[2], above[depth - 1]))
    return found - {("JobStatesError", "")}


def test_every_error_has_its_place_in_the_tree_that_is_drawn() -> None:
    for module in walk_packages(jobstates.__path__, "jobstates."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    assert drawn() == {
        (error.__name__, next(above.__name__ for above in error.__mro__[1:] if is_public(above))) for error in classes()
    }
