"""Comparing a platform with the vendor's own enums."""

from __future__ import annotations

import sys
from enum import Enum, IntEnum
from types import ModuleType
from typing import TYPE_CHECKING, NoReturn

import pytest

from jobstates import VertexPipelineMachine
from jobstates.platforms import platforms
from jobstates.platforms.drift import Comparison, Drift, Renumbered, Value, drifts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jobstates import Lifecycle

PIPELINE = VertexPipelineMachine.lifecycle
OURS = {state.value: state.number for state in PIPELINE.states}
PACKAGE = "google-cloud-aiplatform"


def naming(path: str) -> Lifecycle:
    """The pipeline platform, with another enum to be compared with."""
    return type(PIPELINE)(PIPELINE.platform, PIPELINE.states, PIPELINE.arrows, PIPELINE.job_type, vendor_enums=(path,))


def with_enum(monkeypatch: pytest.MonkeyPatch, values: Mapping[str, int]) -> Drift:
    """What comes of comparing the pipeline platform with an enum of these values."""
    module = ModuleType("vendor_of_enums")
    vars(module)["State"] = IntEnum("State", dict(values))
    monkeypatch.setitem(sys.modules, "vendor_of_enums", module)
    return drifts([naming("vendor_of_enums.State")])[0]


def test_the_installed_enums_hold_what_the_platforms_declare() -> None:
    """Fails when Google adds, takes away or renumbers a value."""
    compared = drifts(machine.lifecycle for machine in platforms().values())
    assert {
        (drift.platform, drift.enum.rpartition(".types.")[0].rpartition(".")[2], drift.result.value) for drift in compared
    } == {
        ("dataflow", "dataflow_v1beta3", "same"),
        ("vertex", "aiplatform_v1", "same"),
        ("vertex", "aiplatform_v1beta1", "same"),
        ("vertex-pipeline", "aiplatform_v1", "same"),
        ("vertex-pipeline", "aiplatform_v1beta1", "same"),
    }


def test_the_same_values_are_no_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is reported."""
    same = Drift("vertex-pipeline", "vendor_of_enums.State", PACKAGE)
    assert (with_enum(monkeypatch, OURS), same.result) == (same, Comparison.SAME)


def test_a_value_that_only_the_vendor_has_is_named_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the drift that users suffer from: jobs will show it."""
    drift = with_enum(monkeypatch, OURS | {"PIPELINE_STATE_HIBERNATING": 9})
    assert (drift.result, drift.undeclared) == (Comparison.DRIFTED, (Value("PIPELINE_STATE_HIBERNATING", 9),))


def test_a_value_that_only_we_have_is_named_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor has withdrawn it, or an old client library is installed."""
    drift = with_enum(monkeypatch, {name: number for name, number in OURS.items() if name != "PIPELINE_STATE_PAUSED"})
    assert (drift.result, drift.withdrawn) == (Comparison.DRIFTED, (Value("PIPELINE_STATE_PAUSED", 8),))


def test_a_value_with_another_number_is_named_with_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names decide what a state is; the numbers are read from the wire all the same."""
    drift = with_enum(monkeypatch, OURS | {"PIPELINE_STATE_PAUSED": 80})
    assert (drift.result, drift.renumbered) == (Comparison.DRIFTED, (Renumbered("PIPELINE_STATE_PAUSED", 8, 80),))


def test_an_absent_package_is_named_as_pip_knows_it() -> None:
    """It is no drift: there was nothing to compare with."""
    (drift,) = drifts([naming("no_such_vendor.types.State")])
    assert drift == Drift(
        "vertex-pipeline",
        "no_such_vendor.types.State",
        PACKAGE,
        "ModuleNotFoundError: No module named 'no_such_vendor'",
        installed=False,
    )
    assert drift.result is Comparison.NOT_INSTALLED


def test_a_part_of_a_namespace_package_may_be_absent() -> None:
    """``google.cloud`` is there as soon as any client library is."""
    assert drifts([naming("google.cloud.no_such_service.types.State")])[0].result is Comparison.NOT_INSTALLED


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise RuntimeError('half installed')", "RuntimeError: half installed"),
        ("import no_such_dependency", "ModuleNotFoundError: No module named 'no_such_dependency'"),
        ("raise SystemExit('not here')", "SystemExit: not here"),
        ("def State(:", "SyntaxError: invalid syntax (vendor_in_trouble.py, line 1)"),
        ("State = None", "AttributeError: 'NoneType' object has no attribute '__members__'"),
        ("", "AttributeError: module 'vendor_in_trouble' has no attribute 'State'"),
    ],
)
def test_a_package_in_trouble_is_reported_with_its_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    """And nothing is raised, whatever its import does."""
    (tmp_path / "vendor_in_trouble.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "vendor_in_trouble", raising=False)
    (drift,) = drifts([naming("vendor_in_trouble.State")])
    monkeypatch.delitem(sys.modules, "vendor_in_trouble", raising=False)
    assert (drift.result, drift.reason) == (Comparison.UNREADABLE, reason)


def test_an_enum_without_numbers_cannot_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one whose values are texts."""
    module = ModuleType("vendor_of_texts")
    vars(module)["State"] = Enum("State", {"RUNNING": "running"})
    monkeypatch.setitem(sys.modules, "vendor_of_texts", module)
    (drift,) = drifts([naming("vendor_of_texts.State")])
    assert (drift.result, drift.reason.partition(":")[0]) == (Comparison.UNREADABLE, "ValueError")


def test_a_platform_that_quotes_no_client_library_names_no_package() -> None:
    """Nobody can be told what to install."""
    bare = type(PIPELINE)("bare", (), (), PIPELINE.job_type, vendor_enums=("no_such_vendor.State",))
    assert drifts([bare])[0].package == ""


def test_nothing_of_the_vendor_is_imported_before_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison is made when it is called for, and not when the module is loaded."""

    def refuse(name: str) -> NoReturn:
        raise AssertionError(name)

    monkeypatch.setattr("jobstates.platforms.drift.import_module", refuse)
    assert drifts([]) == ()
