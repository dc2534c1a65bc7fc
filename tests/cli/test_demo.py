"""``demo`` and ``--version``: the first things that anybody tries."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import jobstates
from jobstates.cli.demonstrating import READABLE
from jobstates.cli.extras import PACKAGES
from tests.cli.support import COMMAND, Ended, environment, in_terminal, plain, run

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
FAST = ("--speed", "600")
ENDS = {
    "train": "succeeded",
    "clicks": "drained",
    "sessions": "replaced",
    "sessions-updated": "drained",
    "scores": "succeeded",
    "nightly": "expired",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "pictures"


@pytest.fixture(scope="module")
def ended(folder: Path) -> Ended:
    """What the demo says to a pipe."""
    return run("demo", "--to", str(folder), *FAST)


def test_every_job_ends_as_it_should_and_is_called_back_for(ended: Ended) -> None:
    called = [line.split() for line in ended.out.splitlines() if line.startswith("ended ")]
    assert (ended.code, ended.err) == (0, "")
    assert {name: outcome for _, name, outcome, _ in called} == ENDS


def test_the_drain_was_asked_for_and_so_is_good(ended: Ended) -> None:
    assert "ended   clicks            drained  good\n" in ended.out


def test_sight_is_lost_and_regained(ended: Ended) -> None:
    told = [line for line in ended.out.splitlines() if "? sight" in line]
    assert [line.split("? ")[1].split(" ")[:2] for line in told] == [["sight", "lost"], ["sight", "regained"]]
    assert "UNAVAILABLE" in told[0]


def test_the_successor_is_followed(ended: Ended) -> None:
    replaced = next(line for line in ended.out.splitlines() if "■ UPDATED" in line)
    assert "── replace ─▸ ■ UPDATED" in replaced


def test_pictures_and_pages_of_what_happened_are_written(ended: Ended, folder: Path) -> None:
    pictures = {f"{name}.svg" for name in ENDS}
    assert {path.name for path in folder.iterdir()} == pictures | {"vertex.html", "dataflow.html"}
    assert all(str(path) in ended.out for path in folder.iterdir())
    assert all("<svg" in (folder / name).read_text(encoding="utf-8") for name in pictures)
    assert "jobs/" in (folder / "dataflow.html").read_text(encoding="utf-8")


def test_in_a_terminal_it_leaves_the_rails(tmp_path: Path) -> None:
    code, shown = in_terminal(100, "demo", "--to", str(tmp_path), *FAST)
    story = plain(shown[shown.rindex("\x1b[?25h") :])
    assert code == 0
    assert all(f"obs {name} " in story for name in ("train", "clicks", "sessions", "scores", "nightly"))
    assert "■ UPDATED\n" in story or "■ UPDATED →" in story
    assert "? sight regained after" in story


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = run("demo", "--to", str(tmp_path / "file"))
    assert (refused.code, refused.err) == (2, f"jobstates: the folder {tmp_path}/file cannot be made: it is a file\n")


@pytest.mark.parametrize(("module", "extra"), [
    ("h11", "emulator"),
    ("google.cloud.aiplatform_v1", "vertex"),
    ("google.cloud.dataflow_v1beta3", "dataflow"),
    ("graphviz", "diagrams"),
])  # fmt: skip
def test_a_missing_extra_is_one_line_with_the_way_to_it(module: str, extra: str, tmp_path: Path) -> None:
    program = f"""
import sys
sys.modules[{module!r}] = None
sys.argv = ["jobstates", "demo", "--to", {str(tmp_path)!r}]
from jobstates.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 2
    assert done.stderr.endswith(f'pip install "jobstates[{extra}]"\n')
    assert len(done.stderr.splitlines()) == 1


def test_missing_extras_are_told_all_at_once(tmp_path: Path) -> None:
    program = f"""
import sys
for module in ("trustme", "google.cloud.aiplatform_v1", "google.cloud.dataflow_v1beta3", "graphviz"):
    sys.modules[module] = None
sys.argv = ["jobstates", "demo", "--to", {str(tmp_path / "new")!r}]
from jobstates.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=environment())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "jobstates: the packages trustme, google-cloud-aiplatform, google-cloud-dataflow-client, graphviz are not installed: "
        'pip install "jobstates[emulator,vertex,dataflow,diagrams]"\n'
    )
    assert not (tmp_path / "new").exists()


def test_the_extras_are_those_of_the_package() -> None:
    told = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for extra, packages in PACKAGES.items():
        asked = {re.split(r"[^\w-]", one)[0] for one in told[extra]}
        assert {package.lower() for package in packages.values()} == asked - {"graphviz-pure"}  # any program that draws will do


def test_to_a_pipe_every_line_is_short_and_names_its_job(ended: Ended) -> None:
    introduction = ended.out.partition("\n\n")[0]
    assert max(map(len, introduction.splitlines())) <= READABLE
    steps = [line for line in ended.out.splitlines() if line.startswith("20")]
    assert {line.split()[1] for line in steps} == set(ENDS)


def test_where_nobody_reads_on_it_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    given = environment() | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen((*COMMAND, "demo", *FAST), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=given) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read().decode()
    assert told == "jobstates: nobody reads on: the demonstration was stopped, and nothing is drawn\n"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("jobstates-demo-")] == []


@pytest.mark.parametrize("command", [None, "allowed", "replay", "demo", "emulate"])
def test_help_shows_no_types_of_python(command: str | None) -> None:
    shown = run(*filter(None, [command]), "--help", columns=100).out
    assert re.search(r"<(str|bool|int|float|list|path)\b", shown, re.IGNORECASE) is None
    assert "--help" in shown


def test_a_missing_argument_is_told_what_it_is() -> None:
    for args in (("states",), ("diagram",), ("allowed",)):
        assert "vertex, vertex-pipeline, dataflow" in " ".join(run(*args, columns=100).err.split())


def test_version_is_the_version() -> None:
    assert run("--version") == Ended(0, f"jobstates {jobstates.__version__}\n", "")


def test_no_command_shows_the_commands() -> None:
    for args in ((), ("-h",), ("--help",)):
        ended = run(*args, columns=100)
        shown = ended.out + ended.err
        assert all(name in shown for name in ("states", "allowed", "explain", "replay", "diagram", "drift", "schema", "demo"))
        assert all(name in shown for name in ("watch", "wait", "list", "cancel", "drain", "pause", "resume", "force-cancel"))
        codes = "Exit codes: 0 yes or done, 1 no, 2 the input cannot be used, 3 it cannot be told, 130 interrupted."
        assert codes in " ".join(shown.split())


def test_an_unknown_command_is_a_mistake() -> None:
    ended = run("relpay")
    assert (ended.code, ended.out) == (2, "")
    assert "No such command 'relpay'" in ended.err
    assert "Traceback" not in ended.err
