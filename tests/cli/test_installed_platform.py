"""A platform that another package installs is one more platform of the command; one that is broken says so."""

from __future__ import annotations

from pathlib import Path

from tests.cli.support import command

ROOT = Path(__file__).parents[2]
ENTRY_POINTS = """\
[jobstates.platforms]
toy = tests.machine.toy:ToyMachine
broken = tests.machine.no_such_module:Machine
"""


def test_another_package_adds_a_platform(tmp_path: Path) -> None:
    info = tmp_path / "other_states-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-states\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    path = f"{tmp_path}:{ROOT}"

    assert "open_up → OPEN" in command("states", "toy", PYTHONPATH=path).out

    refused = command("states", "broken", PYTHONPATH=path)
    assert refused.code == 2
    assert refused.err.splitlines()[1] == (
        "broken is installed (tests.machine.no_such_module:Machine of other-states) and broken: "
        "ModuleNotFoundError: No module named 'tests.machine.no_such_module'"
    )
