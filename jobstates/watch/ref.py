"""Which job: a resource name taken apart, and the scope that one list call covers."""

from __future__ import annotations

import re
from typing import NamedTuple

from jobstates.platforms import registry
from jobstates.spec.lifecycle import Lifecycle

_PARENT = re.compile(r"projects/(?P<project>[^/]+)/locations/(?P<location>[^/]+)")


class Scope(NamedTuple):
    """What one list call covers: the jobs of one kind in one place."""

    platform: str
    parent: str
    """``projects/…/locations/…``; a few kinds have a parent that lies deeper."""
    kind: str
    """The collection, such as ``customJobs``."""

    @property
    def project(self) -> str:
        """The project's id or number."""
        return _place(self.parent)["project"]

    @property
    def location(self) -> str:
        """The region."""
        return _place(self.parent)["location"]

    def may_be(self, other: Scope) -> bool:
        """Whether it may be another scope under its other name: a project has an id and a number, which nothing here can match.

        Where the ids of jobs are unique, it is the same scope if both have the same job.
        """
        if self.project.isdecimal() == other.project.isdecimal():
            return False
        one, two = (scope._replace(parent=scope.parent.split("/", 2)[2]) for scope in (self, other))
        return one == two

    def __str__(self) -> str:
        return f"{self.parent}/{self.kind}"


class JobRef(NamedTuple):
    """One job of one platform. A job's display name is no part of it: many jobs may share one."""

    scope: Scope
    id: str

    @property
    def name(self) -> str:
        """The whole resource name, under which the job is followed."""
        return f"{self.scope}/{self.id}"

    @property
    def platform(self) -> str:
        """The platform whose lifecycle the job has."""
        return self.scope.platform

    def __str__(self) -> str:
        return self.name


def lifecycle_of(scope: Scope) -> Lifecycle:
    """The lifecycle of a scope's jobs.

    Raises:
        UnknownPlatform: when its platform is not installed.
    """
    return Lifecycle.of(registry().get(scope.platform))


def _place(parent: str) -> re.Match[str]:
    found = _PARENT.match(parent)
    if found is None:
        raise ValueError(f"a parent is projects/PROJECT/locations/LOCATION, not {parent!r}")
    return found
