"""Finding the installed platforms, those of other packages included."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

import pytest

from jobstates import DataflowJobMachine, Tracker, UnknownPlatform, VertexJobMachine
from jobstates.platforms.registry import Registry, load, platforms, registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jobstates import JobMachine

OWN = {"dataflow", "vertex", "vertex-pipeline"}

MACHINE = """
from datetime import date
from typing import ClassVar
from jobstates import Job, JobMachine, JobState, Kind, Phase, Source, Outcome
from jobstates.machine import SERVICE, arrow
from jobstates.spec.state import Wire
from statemachine.states import States

SAYS = Source("Ovens", "https://example.com/ovens", date(2026, 1, 1))

class OvenState(JobState):
    UNKNOWN = Wire("OVEN_UNKNOWN", 0, Phase.UNSPECIFIED, SAYS.says("Nobody has looked."))
    BAKING = Wire("OVEN_BAKING", 1, Phase.ACTIVE, SAYS.says("It bakes."))
    BAKED = Wire("OVEN_BAKED", 2, Phase.TERMINAL, SAYS.says("It is baked."), Outcome.SUCCEEDED)

class Oven(Job):
    platform = "oven"

class OvenMachine(JobMachine):
    job_type = Oven
    s = States.from_enum(OvenState, initial=OvenState.UNKNOWN, final=[OvenState.BAKED])
    light = arrow(s.UNKNOWN.to(s.BAKING), SERVICE, SAYS.says("It bakes."))
    ring = arrow(s.BAKING.to(s.BAKED), SERVICE, SAYS.says("It is baked."))

class Kiln(Oven):
    platform = "kiln"

class KilnMachine(OvenMachine):
    job_type = Kiln

class Abstract(JobMachine):
    pass

not_a_machine = 42
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place where distributions can be installed; what is installed there is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    registry.cache_clear()
    yield tmp_path
    registry.cache_clear()
    for module in [name for name, found in sys.modules.items() if str(tmp_path) in str(getattr(found, "__file__", ""))]:
        del sys.modules[module]


def install(site: Path, name: str, entries: str, **modules: str) -> None:
    """Install a distribution: its modules and its entry points."""
    for module, source in modules.items():
        (site / f"{module}.py").write_text(source)
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[jobstates.platforms]\n{entries}\n")


def reasons(found: Registry) -> dict[str, str]:
    """Why each broken platform is broken."""
    return {broken.name: broken.reason for broken in found.broken}


def test_our_own_platforms_are_found_as_anybody_elses() -> None:
    """Through the entry points of this package; none of them is broken."""
    assert (set(platforms()), registry().broken) == (OWN, ())


def test_a_platform_of_another_package_is_found(site: Path) -> None:
    """And works like ours."""
    install(site, "bakery", "oven = bakery_oven:OvenMachine", bakery_oven=MACHINE)
    assert set(platforms()) == {*OWN, "oven"}
    tracker = Tracker("oven", clock=None)
    assert [event.event for event in tracker.observe("loaf", "OVEN_BAKED").events] == ["light", "ring"]


BROKEN = {
    "absent": ("absent = no_such_module:Machine", "ModuleNotFoundError: No module named 'no_such_module'"),
    "unwritten": ("unwritten = bakery_broken:Machine", "SyntaxError: invalid syntax (bakery_broken.py, line 1)"),
    "leaving": ("leaving = bakery_leaving:Machine", "SystemExit: bye"),
    "nameless": (
        "nameless = bakery_oven:NoSuchMachine",
        "AttributeError: module 'bakery_oven' has no attribute 'NoSuchMachine'",
    ),
    "number": (
        "number = bakery_oven:not_a_machine",
        "TypeError: bakery_oven:not_a_machine is not a JobMachine class with states",
    ),
    "abstract": ("abstract = bakery_oven:Abstract", "TypeError: bakery_oven:Abstract is not a JobMachine class with states"),
    "cooker": ("cooker = bakery_oven:OvenMachine", "ValueError: the job model of bakery_oven:OvenMachine says platform = 'oven'"),
    "vertex": ("vertex = bakery_oven:OvenMachine", "ValueError: another platform has that name already"),
    "undeclared": (
        "undeclared = bakery_undeclared:Machine",
        "DeclarationError: Machine: job_type is missing: name the job model that the guards are read from",
    ),
}


def test_broken_platforms_are_reported_and_stand_in_no_others_way(site: Path) -> None:
    """Each by its name with its reason, while all the others work."""
    install(
        site,
        "bakery",
        "\n".join([*(entry for entry, _ in BROKEN.values()), "oven = bakery_oven:OvenMachine", "kiln = bakery_oven:KilnMachine"]),
        bakery_oven=MACHINE,
        bakery_broken="class Machine(:",
        bakery_leaving="raise SystemExit('bye')",
        bakery_undeclared=MACHINE + "\nclass Machine(OvenMachine):\n    job_type = None\n",
    )
    assert reasons(registry()) == {name: reason for name, (_, reason) in BROKEN.items()}
    assert set(platforms()) == {*OWN, "oven", "kiln"}
    assert platforms()["vertex"] is VertexJobMachine


def test_a_broken_platform_says_where_it_is_installed(site: Path) -> None:
    """The entry point and its distribution."""
    install(site, "bakery", "absent = no_such_module:Machine")
    assert [broken.where for broken in registry().broken] == ["no_such_module:Machine of bakery"]


def test_asking_for_a_broken_platform_tells_why_it_is_broken(site: Path) -> None:
    """Beside the names of those that work."""
    install(site, "bakery", "absent = no_such_module:Machine\nmissing = no_such_module:Other")
    with pytest.raises(
        UnknownPlatform, match=r"unknown platform 'absent'\..* Known: dataflow, vertex, vertex-pipeline"
    ) as caught:
        Tracker("absent")
    assert caught.value.__notes__ == [
        "absent is installed (no_such_module:Machine of bakery) and broken: ModuleNotFoundError: No module named 'no_such_module'"
    ]


def test_asking_for_a_platform_that_nobody_has_installed_suggests_another() -> None:
    """The nearest name."""
    with pytest.raises(UnknownPlatform, match="Did you mean 'dataflow'"):
        registry().get("dataflw")


def test_an_entry_point_without_a_distribution_is_told_apart() -> None:
    """Such as one that a program makes up."""
    found = load([EntryPoint("absent", "no_such_module:Machine", "jobstates.platforms")])
    assert [broken.where for broken in found.broken] == ["no_such_module:Machine of an unnamed distribution"]


def test_the_installed_platforms_cannot_be_changed_by_accident() -> None:
    """The registry is looked up once for everybody."""
    found: dict[str, type[JobMachine]] = platforms()  # type: ignore[assignment]  # the accident
    with pytest.raises(TypeError):
        found["mine"] = DataflowJobMachine
