"""The pytest plugin: the fixture ``emulator``, the marker ``emulator``, and the option ``--jobstates-coverage``.

Every run of pytest loads this file where jobstates is installed, so it loads nothing else before it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.emulator import Coverage, Emulator

OPTION = "--jobstates-coverage"
MARKER = """emulator(scenario=None, clock=None): how the fixture `emulator` of this test is told to be. \
`scenario` is a Scenario, or the path of a YAML or JSON file; `clock` is "real", "60x", "manual" or "step 1s"."""
TEXT = ""
TAKEN = pytest.StashKey["list[str]"]()
"""What was taken, as JSON: that is how one process tells it another."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.getgroup("jobstates").addoption(
        OPTION,
        action="append",
        nargs="?",
        const=TEXT,
        metavar="FILE",
        help="Say which arrows of the lifecycles the emulated jobs took and which they never did; "
        "with a file, write it there: .json, .svg, .png, .html, ... (pictures: one file a platform).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)
    config.stash[TAKEN] = []


@pytest.fixture
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """The Vertex AI and Dataflow job services on loopback, for this test alone."""
    from jobstates.emulator import Emulator, Scenario  # noqa: PLC0415  # not before a test asks for it
    from jobstates.emulator.loading import load  # noqa: PLC0415

    marker = request.node.get_closest_marker("emulator")
    told: dict[str, Any] = dict(marker.kwargs) if marker else {}
    scenario = told.pop("scenario", None)
    if isinstance(scenario, str | Path):
        file = request.path.parent / scenario
        scenario = load(Scenario, file.read_bytes(), str(file))
    with Emulator(scenario, **told) as running:
        yield running
        if request.config.getoption(OPTION) is not None:
            request.config.stash[TAKEN].append(running.coverage().json())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where pytest-xdist runs the tests, hand what was taken to the process that reports."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["jobstates"] = session.config.stash[TAKEN]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401  # pytest-xdist's own class
    """Take over what a process of pytest-xdist hands out."""
    taken: list[str] = getattr(node, "workeroutput", {}).get("jobstates", [])
    node.config.stash[TAKEN].extend(taken)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Report the coverage."""
    wanted = config.getoption(OPTION)
    if wanted is None:
        return
    from jobstates.emulator import Coverage  # noqa: PLC0415

    taken: list[str] = config.stash[TAKEN]
    coverage = Coverage.merged(taken)
    terminalreporter.section("jobstates coverage")
    terminalreporter.write_line(str(coverage))
    for file in filter(None, wanted):
        for written in _write(coverage, Path(file)):
            terminalreporter.write_line(f"written: {written}")


def _write(coverage: Coverage, file: Path) -> Iterator[Path]:
    from jobstates.render import export  # noqa: PLC0415

    if file.suffix == ".json":
        file.write_text(f"{coverage.json()}\n", encoding="utf-8")
        yield file
        return
    for platform, taken in coverage.items():
        picture = file.with_stem(f"{file.stem}-{platform}")
        picture.write_bytes(export(taken.diagram(), file.suffix.removeprefix(".")))
        yield picture
