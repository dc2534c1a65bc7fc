"""The built wheel: what is in it, what it asks for, and that it works where nothing else is installed."""

from __future__ import annotations

import re
import subprocess
import sys
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

import jobstates

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HISTORIES = ROOT / "tests" / "histories" / "published.jsonl"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this source tree."""
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", str(place), str(ROOT)], check=True, capture_output=True)
    (built,) = place.glob("*.whl")
    return built


def environment(place: Path, what: str) -> Path:
    """The programs of a new environment in which only this is installed."""
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", str(ROOT / "requirements-dev.txt"), what], check=True, capture_output=True)
    return place / "bin"


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel alone."""
    return environment(tmp_path_factory.mktemp("fresh"), str(wheel))


@pytest.fixture(scope="module")
def drawing(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel with what it needs to draw."""
    return environment(tmp_path_factory.mktemp("drawing"), f"{wheel}[diagrams]")


@pytest.fixture(scope="module")
def emulating(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel with what it needs to emulate."""
    return environment(tmp_path_factory.mktemp("emulating"), f"{wheel}[emulator]")


def run(program: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run a program far from the source tree, and where no other program is found."""
    alone = {"PATH": str(program.parent), "LANG": "C.UTF-8"}
    command = [str(program), *args]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=program.parent, env=alone)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    ours = {str(path.relative_to(ROOT)) for path in (ROOT / "jobstates").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {name for name in names if ".dist-info/" not in name} == ours
    assert {"jobstates/py.typed", "jobstates/cli/demo.jsonl", "jobstates/emulator/wire/descriptors.binpb"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_metadata_asks_for_five_packages(wheel: Path) -> None:
    archive = ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    metadata = Parser().parsestr(archive.read(name).decode())
    needed = [need for need in metadata.get_all("Requires-Dist") or [] if "extra ==" not in need]
    names = [match[0] for need in needed if (match := re.match(r"[\w-]+", need))]
    assert sorted(names) == ["anyio", "pydantic", "python-statemachine", "rich", "typer"]
    assert (metadata["Name"], metadata["Version"]) == ("jobstates", jobstates.__version__)
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"


def test_the_wheel_installs_a_command_three_platforms_and_a_plugin(wheel: Path) -> None:
    archive = ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
    assert archive.read(name).decode().strip() == (
        "[console_scripts]\n"
        "jobstates = jobstates.cli:main\n"
        "\n"
        "[jobstates.platforms]\n"
        "dataflow = jobstates.platforms.dataflow:DataflowJobMachine\n"
        "vertex = jobstates.platforms.vertex:VertexJobMachine\n"
        "vertex-pipeline = jobstates.platforms.vertex_pipeline:VertexPipelineMachine\n"
        "\n"
        "[pytest11]\n"
        "jobstates = jobstates.pytest_plugin"
    )


def test_the_installed_command_works(fresh: Path) -> None:
    assert run(fresh / "jobstates", "--version").stdout == f"jobstates {jobstates.__version__}\n"
    demo = run(fresh / "jobstates", "demo")
    assert (demo.returncode, demo.stdout) == (2, "")
    assert demo.stderr.startswith("jobstates: the packages ")
    assert demo.stderr.endswith('are not installed: pip install "jobstates[emulator,vertex,dataflow,diagrams]"\n')
    replayed = run(fresh / "jobstates", "replay", "--strict", "--json", str(HISTORIES))
    assert (replayed.returncode, replayed.stderr) == (0, "")
    assert len(replayed.stdout.splitlines()) == len(HISTORIES.read_text(encoding="utf-8").splitlines())


def test_without_client_libraries_there_is_nothing_to_compare_with(fresh: Path) -> None:
    drift = run(fresh / "jobstates", "drift")
    assert drift.returncode == 2
    assert {line.split("  ")[0] for line in drift.stdout.splitlines()} == {"not installed"}
    assert drift.stderr == (
        "jobstates: no client library could be compared with; pip install google-cloud-aiplatform google-cloud-dataflow-client\n"
    )


def test_every_public_name_loads_where_nothing_else_is_installed(fresh: Path) -> None:
    assert run(fresh / "python", "-W", "error", "-c", "from jobstates import *").stderr == ""


@pytest.mark.parametrize(("form", "begin"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("html", b"<!doctype"), ("dot", b"digraph")])
def test_the_extra_alone_draws(drawing: Path, tmp_path: Path, form: str, begin: bytes) -> None:
    target = tmp_path / f"dataflow.{form}"
    done = run(drawing / "jobstates", "diagram", "dataflow", "-o", str(target))
    assert (done.returncode, done.stderr) == (0, "")
    assert target.read_bytes().lower().startswith(begin.lower())


@pytest.mark.parametrize("form", ["mermaid", "md", "json", "html"])
def test_what_needs_no_drawing_works_without_the_extra(fresh: Path, form: str) -> None:
    done = run(fresh / "jobstates", "diagram", "dataflow", "--format", form)
    assert (done.returncode, done.stderr) == (0, "")
    assert "RUNNING" in done.stdout


@pytest.mark.parametrize("form", ["svg", "png", "dot"])
def test_what_needs_it_names_the_extra(fresh: Path, tmp_path: Path, form: str) -> None:
    done = run(fresh / "jobstates", "diagram", "dataflow", "-o", str(tmp_path / f"dataflow.{form}"))
    assert done.returncode == 2
    assert 'pip install "jobstates[diagrams]"' in done.stderr


ASKED = """
import json, os, urllib.request
jobs = os.environ["JOBSTATES_CONTROL"] + "/jobs"
urllib.request.urlopen(urllib.request.Request(jobs, data=b'{"kind": "customJobs", "name": "train"}', method="POST"))
print(json.load(urllib.request.urlopen(jobs))[0]["display_name"])
"""


def test_the_extra_alone_emulates(emulating: Path) -> None:
    done = run(emulating / "jobstates", "emulate", "exec", "--", str(emulating / "python"), "-c", ASKED)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "train\n")


def test_without_the_extra_the_emulator_names_it(fresh: Path) -> None:
    done = run(fresh / "jobstates", "emulate")
    assert (done.returncode, done.stdout) == (2, "")
    assert 'pip install "jobstates[emulator]"' in done.stderr
