"""Which job: a resource name taken apart, and the scope that one list call covers."""

from __future__ import annotations

import re
from typing import NamedTuple

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


def _place(parent: str) -> re.Match[str]:
    found = _PARENT.match(parent)
    if found is None:
        raise ValueError(f"a parent is projects/PROJECT/locations/LOCATION, not {parent!r}")
    return found
