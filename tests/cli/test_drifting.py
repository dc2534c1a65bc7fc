"""``drift``: whether the vendor's client libraries know states that the platforms do not declare."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import IntEnum
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from jobstates import DataflowJobMachine, Lifecycle
from jobstates.cli import drifting
from jobstates.platforms.registry import Broken, Registry
from tests.cli.support import assert_golden, run

if TYPE_CHECKING:
    from collections.abc import Callable

OURS = {state.value: state.number for state in Lifecycle.of(DataflowJobMachine).states}


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Install one made-up platform, whose vendor's enum has the values given, or cannot be imported."""

    def made_up(values: dict[str, int] | None, *broken: Broken, module: object = None) -> None:
        vendor = cast("Any", ModuleType("made_up_vendor"))
        if values is not None:
            vendor.JobState = cast("Any", IntEnum)("JobState", values)
            monkeypatch.setitem(sys.modules, "made_up_vendor", vendor)
        path = f"{module or 'made_up_vendor'}.JobState"
        lifecycle = replace(Lifecycle.of(DataflowJobMachine), platform="made-up", vendor_enums=(path,))
        machine = cast("Any", SimpleNamespace(lifecycle=lifecycle))
        monkeypatch.setattr(drifting, "registry", lambda: Registry({"made-up": machine}, broken))

    return made_up


def test_the_installed_client_libraries_say_what_the_platforms_say() -> None:
    ended = run("drift", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert {row["result"] for row in ended.rows()} == {"same"}
    assert {row["platform"] for row in ended.rows()} == {"vertex", "vertex-pipeline", "dataflow"}


def test_the_comparison_looks_as_it_should() -> None:
    assert_golden("drift_80.txt", run("drift", columns=80).out)


def test_a_value_that_is_not_declared_is_named(install: Callable[..., None]) -> None:
    install(OURS | {"JOB_STATE_HIBERNATING": 99})
    ended = run("drift")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out == (
        "drifted  made-up  made_up_vendor.JobState\n"
        "    JOB_STATE_HIBERNATING = 99: the client library has it, the platform does not declare it\n"
    )


def test_a_value_that_is_gone_or_renumbered_is_named(install: Callable[..., None]) -> None:
    fewer = {name: number for name, number in OURS.items() if name != "JOB_STATE_PAUSED"}
    install(fewer | {"JOB_STATE_DONE": 77})
    ended = run("drift")
    assert ended.code == 1
    assert ended.out.splitlines()[1:] == [
        "    JOB_STATE_PAUSED = 14: the platform declares it, the client library does not have it",
        "    JOB_STATE_DONE: 3 here, 77 in the client library",
    ]


def test_json_names_the_values_too(install: Callable[..., None]) -> None:
    install(OURS | {"JOB_STATE_HIBERNATING": 99})
    ended = run("drift", "--json")
    assert ended.code == 1
    assert ended.rows()[0]["result"] == "drifted"
    assert ended.rows()[0]["undeclared"] == [{"name": "JOB_STATE_HIBERNATING", "number": 99}]


def test_nothing_installed_is_nothing_to_compare_with(install: Callable[..., None]) -> None:
    install(None, module="no.such.client")
    ended = run("drift")
    assert ended.code == 2
    assert ended.out == "not installed  made-up  no.such.client.JobState  pip install google-cloud-dataflow-client\n"
    assert ended.err == "jobstates: no client library could be compared with; pip install google-cloud-dataflow-client\n"


def test_an_enum_that_cannot_be_read_is_told_with_its_reason(install: Callable[..., None]) -> None:
    install({}, module="json")
    ended = run("drift")
    assert ended.code == 2
    assert ended.out.startswith("unreadable  made-up  json.JobState  AttributeError: ")


def test_a_platform_that_cannot_be_loaded_is_named_and_the_others_are_compared(install: Callable[..., None]) -> None:
    install(OURS, Broken("other", "other:Machine of other-states", "ImportError: gone\n\x1b[2J"))
    ended = run("drift")
    assert ended.code == 0
    assert ended.out == "same  made-up  made_up_vendor.JobState\n"
    assert ended.err == (
        "jobstates: the platform other (other:Machine of other-states) cannot be loaded: ImportError: gone\\n\\x1b[2J\n"
    )


def test_a_hostile_enum_steers_no_terminal(install: Callable[..., None]) -> None:
    install(OURS | {"EVIL\x1b[2J": 98})
    assert "EVIL\\x1b[2J = 98: " in run("drift").out
