"""The pytest plugin: the fixture ``emulator``, the marker ``emulator``, and the option ``--jobstates-coverage``.

Every run of pytest loads this file where jobstates is installed, so it loads nothing else before it is used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstates.emulator import Coverage, Emulator, Scenario

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
        "with a file, write it there: .json, .svg, .png, .pdf, .md, ... (but for .json one file a platform).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known.

    Raises:
        pytest.UsageError: when the coverage is to be written in a form that there is not.
    """
    for file in filter(None, config.getoption(OPTION) or ()):
        from jobstates.render import FORMATS  # noqa: PLC0415  # not before somebody asks for it

        if Path(file).suffix.removeprefix(".") not in FORMATS:
            raise pytest.UsageError(f"{OPTION}={file}: no such form; expected a file that ends in .{', .'.join(sorted(FORMATS))}")
    config.addinivalue_line("markers", MARKER)
    config.stash[TAKEN] = []


@pytest.fixture
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """The Vertex AI and Dataflow job services on loopback, for this test alone."""
    marker = request.node.get_closest_marker("emulator")
    with _told(request.path.parent, *marker.args, **marker.kwargs) if marker else _told(request.path.parent) as running:
        yield running
        if request.config.getoption(OPTION) is not None:
            request.config.stash[TAKEN].append(running.coverage().json())


def _told(folder: Path, scenario: Scenario | str | Path | None = None, clock: str | None = None) -> Emulator:
    """The emulator that a marker asks for; the path of its scenario begins in the folder of its test."""
    from jobstates.emulator import Emulator, Scenario  # noqa: PLC0415  # not before a test asks for it
    from jobstates.emulator.loading import load  # noqa: PLC0415

    if isinstance(scenario, str | Path):
        file = folder / scenario
        scenario = load(Scenario, file.read_bytes(), str(file))
    return Emulator(scenario, clock=clock)


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
    from jobstates.errors import JobStatesError  # noqa: PLC0415

    taken: list[str] = config.stash[TAKEN]
    coverage = Coverage.merged(taken)
    terminalreporter.section("jobstates coverage")
    terminalreporter.write_line(str(coverage))
    for file in filter(None, wanted):
        try:
            for written in _write(coverage, Path(file)):
                terminalreporter.write_line(f"written: {written}")
        except (OSError, JobStatesError) as error:
            terminalreporter.write_line(f"not written: {file}: {error}", red=True)


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
