"""``diagram`` and ``diagrams``: what is drawn, where it goes, and what is refused."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from jobstates import DataflowJob, DataflowJobMachine, VertexJobMachine
from jobstates.render import FORMATS, Diagram, diagram, export, with_coverage, with_current, with_heat, with_path
from jobstates.render.stamping import stamp
from tests.cli.support import CUSTOM, FLOW, Ended, assert_golden, command, history, in_terminal, run
from tests.render.support import EVIL
from tests.render.support import history as life_of

DATAFLOW, VERTEX = DataflowJobMachine.lifecycle, VertexJobMachine.lifecycle
OTHER = CUSTOM.replace("4711471147114711471", "8888")
TUNING = "projects/my-project/locations/us-central1/tuningJobs/7"
TIMES = ["2026-03-04T05:00:00Z", "2026-03-04T05:01:00Z", "2026-03-04T05:02:00Z", "2026-03-04T05:03:00Z"]


@pytest.fixture
def lives(tmp_path: Path) -> str:
    """A file with the lives of three Vertex AI jobs and one of Dataflow."""
    path = tmp_path / "lives.jsonl"
    states = ("QUEUED", "PENDING", "RUNNING", "FAILED")
    looks = [{"state": state, "at": at} for state, at in zip(states, TIMES, strict=True)]
    first = json.dumps({"platform": "vertex", "job": CUSTOM, "observations": looks}).encode() + b"\n"
    rest = history("PENDING", "RUNNING", job=OTHER) + history("QUEUED", "CANCELLED", job=TUNING) + history("QUEUED", "FAILED")
    path.write_bytes(first + rest)
    return str(path)


def shown(*args: str) -> Diagram:
    """The diagram that a command prints as JSON."""
    ended = run("diagram", *args, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    return Diagram.model_validate_json(ended.out)


def refused(*args: str) -> str:
    """What is said when a command is refused, which prints nothing else."""
    ended = run("diagram", *args)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("jobstates: ")
    return ended.err.removeprefix("jobstates: ").removesuffix("\n")


@pytest.mark.parametrize("form", ["dot", "mermaid", "md", "json", "svg"])
def test_a_diagram_is_printed_in_the_format_asked_for(form: str) -> None:
    ended = run("diagram", "dataflow", "--format", form)
    assert ended == Ended(0, export(diagram(DATAFLOW), form).decode(), "")


def test_it_is_svg_when_nothing_is_said() -> None:
    assert run("diagram", "vertex").out.encode() == export(diagram(VERTEX))


@pytest.mark.parametrize("form", ["mermaid", "md"])
def test_the_texts_look_as_they_should(form: str) -> None:
    assert_golden(f"diagram_streaming.{form}", run("diagram", "dataflow", "--type", "streaming", "--format", form).out)


def test_what_a_kind_of_job_can_do_is_drawn() -> None:
    assert shown("vertex", "--kind", "tuningJobs") == diagram(VERTEX, VERTEX.job_type(kind="tuningJobs"))
    assert shown("dataflow", "--type", "batch", "--fact", "flexrs=true") == diagram(
        DATAFLOW, DataflowJob(type="batch", flexrs=True)
    )


def test_the_current_state_is_shown_by_name_or_number() -> None:
    expected = with_current(diagram(VERTEX), VERTEX.state("RUNNING"))
    for name in ("RUNNING", "running", "JOB_STATE_RUNNING", "3"):
        assert shown("vertex", "--current", name) == expected


@pytest.mark.parametrize("name", [CUSTOM, CUSTOM[:60], "4711", "/4711471147114711471"])
def test_the_path_of_a_job_is_shown_by_any_end_of_its_name(lives: str, name: str) -> None:
    expected = with_path(diagram(VERTEX), life_of(CUSTOM, "QUEUED", "PENDING", "RUNNING", "FAILED"))
    assert shown("vertex", "--history", lives, "--job", name) == expected


def test_the_only_job_of_a_platform_needs_no_name(lives: str) -> None:
    assert shown("dataflow", "--history", lives).subtitle == FLOW


def test_which_of_several_jobs_has_to_be_said(lives: str) -> None:
    listed = f"name one with --job: {CUSTOM}, {OTHER}, {TUNING}"
    assert refused("vertex", "--history", lives) == f"there are several jobs; {listed}"
    assert refused("vertex", "--history", lives, "--job", "nosuch") == f"no job is named like that; {listed}"
    both = f"{CUSTOM}, {OTHER}"
    assert (
        refused("vertex", "--history", lives, "--job", CUSTOM[:50]) == f"2 jobs are named like that; name one with --job: {both}"
    )


def test_heat_and_coverage_count_the_jobs_of_all_files(lives: str, tmp_path: Path) -> None:
    more = tmp_path / "more.jsonl"
    more.write_bytes(history("PENDING", "RUNNING", job=f"{CUSTOM}1"))
    heat = shown("vertex", "--heat", lives, "--heat", str(more))
    counted = {pill.event: pill.count for pill in heat.pills if pill.count}
    assert counted["start"] == 3
    assert heat.legend[0] == "heat"
    never = {line.event for line in shown("vertex", "--coverage", lives).lines if line.mark == "never"}
    assert "update" in never
    assert "start" not in {line.event for line in heat.lines if line.count == 0 and line.source == "state-PENDING"}


def test_only_such_jobs_are_counted_as_are_drawn(lives: str) -> None:
    heat = shown("vertex", "--heat", lives, "--kind", "tuningJobs")
    assert sum(pill.count or 0 for pill in heat.pills if pill.event == "start") == 0
    assert "none of the 3 vertex jobs" in refused("vertex", "--heat", lives, "--kind", "nasJobs")


def test_the_same_as_from_python(lives: str) -> None:
    life = life_of(CUSTOM, "QUEUED", "PENDING", "RUNNING", "FAILED")
    only = Path(lives).parent / "only.jsonl"
    only.write_bytes(Path(lives).read_bytes().splitlines(keepends=True)[0])
    assert shown("vertex", "--heat", str(only)) == with_heat(diagram(VERTEX), life.events)
    assert shown("vertex", "--coverage", str(only)) == with_coverage(diagram(VERTEX), life.events)


def test_histories_are_read_from_standard_input() -> None:
    ended = run("diagram", "dataflow", "--heat", "-", "--format", "json", stdin=history("QUEUED", "FAILED"))
    assert json.loads(ended.out)["legend"][0] == "heat"


def test_what_cannot_be_read_is_said_and_the_rest_is_drawn(lives: str) -> None:
    ended = run("diagram", "vertex", "--heat", lives, "--heat", "nosuch", "--format", "json")
    assert ended.code == 2
    assert ended.err == "jobstates: nosuch: No such file or directory\n"
    assert Diagram.model_validate_json(ended.out).legend[0] == "heat"


def test_a_page_replays_all_jobs_of_a_file_or_one(lives: str) -> None:
    every = run("diagram", "vertex", "--format", "html", "--history", lives).out
    one = run("diagram", "vertex", "--format", "html", "--history", lives, "--job", "4711").out
    assert every.startswith("<!doctype html>")
    assert OTHER in every
    assert OTHER not in one
    assert CUSTOM in one


@pytest.mark.parametrize("evil", [evil for evil in EVIL.values() if evil.strip()], ids=[k for k, v in EVIL.items() if v.strip()])
@pytest.mark.parametrize("form", ["svg", "mermaid", "md", "html", "json"])
def test_a_job_may_be_called_anything(form: str, evil: str) -> None:
    ended = run("diagram", "vertex", "--history", "-", "--format", form, stdin=history("QUEUED", "RUNNING", job=evil))
    assert (ended.code, ended.err) == (0, "")
    assert "<script>alert" not in ended.out or form in ("md", "json")
    assert len(ended.out) < 10**6


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["--current", "RUNNING", "--heat", "x"], "one picture shows one thing: choose one of --current, --heat"),
        (["--history", "x", "--coverage", "y"], "one picture shows one thing: choose one of --history, --coverage"),
        (["--job", "x"], "--job names a job of a history: give its file with --history"),
        (["--format", "html", "--heat", "x"], "--heat is for pictures and tables; a page replays a --history"),
        (["--format", "html", "--current", "3"], "--current is for pictures and tables; a page replays a --history"),
        (
            ["--format", "md", "--mode", "dark"],
            "--mode is for svg, png, pdf, dot; md has no colours of its own to choose",
        ),
        (["--format", "json", "--engine", "dot"], "--engine is for svg, png, pdf; nothing has to draw json"),
        (["--kind", "modelMonitoringJobs", "--current", "PAUSED"], "--current PAUSED: such a job is never PAUSED"),
        (["-o", "no/such/folder.svg"], "no/such/folder.svg cannot be written: there is no folder no/such"),
        (["--engine", "nosuch"], "the engine names nosuch, and there is no such program"),
        (["--kind", "fishJobs"], "unknown kind 'fishJobs'. Did you mean 'nasJobs'? Known: customJobs"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_does_not_go_together_is_refused(args: list[str], reason: str) -> None:
    assert refused("vertex", *args).startswith(reason)


def test_names_that_nobody_knows_are_refused() -> None:
    assert refused("vertex", "--format", "jpg").startswith("unknown format 'jpg'.")
    assert refused("vertex", "-o", "x.jpg").startswith("unknown format 'jpg'.")
    assert refused("vertex", "--current", "RUNING").startswith("unknown state 'RUNING'. Did you mean 'RUNNING'?")
    assert refused("vertx").startswith("unknown platform 'vertx'. Did you mean 'vertex'?")
    assert run("diagram", "vertex", "--mode", "dusk").code == 2


def test_a_file_without_jobs_of_the_platform_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lives.jsonl"
    path.write_bytes(history("QUEUED"))
    assert refused("vertex", "--heat", str(path)) == f"no vertex job in {path}: the jobs there are of dataflow"


def test_a_file_without_jobs_is_refused_with_the_formats_and_a_missing_one_once(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    nothing = run("diagram", "vertex", "--history", str(tmp_path / "empty"))
    assert (nothing.code, nothing.out) == (2, "")
    assert nothing.err.startswith(f"jobstates: no jobs found in {tmp_path}/empty; the formats that can be read:\n  history: ")
    missing = run("diagram", "vertex", "--history", str(tmp_path / "missing"))
    assert (missing.code, missing.out) == (2, "")
    assert missing.err == f"jobstates: {tmp_path}/missing: No such file or directory\n"


@pytest.mark.parametrize(
    ("name", "form"),
    [("x.svg", "svg"), ("x.dot", "dot"), ("x.gv", "dot"), ("x.mmd", "mermaid"), ("x.md", "md"), ("x.JSON", "json"), ("x", "svg")],
)
def test_a_file_says_by_its_name_what_it_holds(tmp_path: Path, name: str, form: str) -> None:
    ended = run("diagram", "dataflow", "-o", str(tmp_path / name))
    assert ended == Ended(0, "", "")
    assert (tmp_path / name).read_bytes() == export(diagram(DATAFLOW), form)


def test_the_format_asked_for_wins_over_the_name(tmp_path: Path) -> None:
    run("diagram", "dataflow", "--format", "md", "-o", str(tmp_path / "x.txt"))
    assert (tmp_path / "x.txt").read_bytes() == export(diagram(DATAFLOW), "md")


def test_pngs_are_light_or_dark(tmp_path: Path) -> None:
    pictures = []
    for mode in ("auto", "light", "dark"):
        run("diagram", "dataflow", "--mode", mode, "-o", str(tmp_path / "x.png"))
        pictures.append((tmp_path / "x.png").read_bytes())
    assert pictures[0] == pictures[1] != pictures[2]
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_a_picture_goes_into_a_pipe_but_not_to_a_terminal() -> None:
    piped = command("diagram", "vertex", "--kind", "modelMonitoringJobs")
    assert ET.fromstring(piped.out).tag.endswith("svg")  # noqa: S314
    code, said = in_terminal(200, "diagram", "vertex", "--format", "png")
    assert code == 2
    assert "a png is nothing for a terminal: write it to a file with -o, or into a pipe" in said


def test_a_file_is_replaced_whole_with_the_permissions_it_had(tmp_path: Path) -> None:
    path, link = tmp_path / "x.md", tmp_path / "link.md"
    path.write_bytes(b"before")
    path.chmod(0o640)
    link.symlink_to(path)
    run("diagram", "dataflow", "-o", str(link))
    assert path.read_bytes() == export(diagram(DATAFLOW), "md")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link.md", "x.md"]


def test_a_new_file_has_the_permissions_that_new_files_have(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    run("diagram", "dataflow", "-o", str(tmp_path / "x.md"))
    assert (tmp_path / "x.md").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_device_is_written_to_and_stays_a_device(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    run("diagram", "vertex", "--kind", "modelMonitoringJobs", "--format", "mermaid", "-o", str(pipe))
    assert os.read(reader, 1 << 16).startswith(b"---\nconfig:")
    os.close(reader)
    assert pipe.is_fifo()


def test_what_goes_wrong_on_the_way_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(b"before")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert refused("vertex", "-o", str(path)) == f"{path} cannot be written: No space left on device"
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"before"]


def test_a_folder_cannot_be_written_to(tmp_path: Path) -> None:
    assert refused("vertex", "--format", "md", "-o", str(tmp_path)).startswith(f"{tmp_path} cannot be written: ")


def test_without_a_program_pictures_are_refused_and_texts_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSTATES_DOT", "/no/such/program")
    ended = run("diagram", "vertex")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "jobstates: JOBSTATES_DOT names /no/such/program, and there is no such program\n"
    for form in ("dot", "mermaid", "md", "json", "html"):
        ended = run("diagram", "vertex", "--format", form)
        assert (ended.code, ended.err) == (0, "")


def test_without_the_extra_pictures_are_refused_and_texts_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graphviz", None)
    monkeypatch.delitem(sys.modules, "jobstates.render.dot", raising=False)
    for form in ("svg", "png", "dot"):
        said = refused("vertex", "--format", form, "-o", "x")
        assert said == 'the package graphviz is not installed: pip install "jobstates[diagrams]"'
    for form in ("mermaid", "md", "json", "html"):
        ended = run("diagram", "vertex", "--format", form)
        assert (ended.code, ended.err) == (0, "")


def test_the_formats_are_those_of_the_room_and_the_page() -> None:
    said = refused("vertex", "--format", "x")
    assert said.endswith(f"Known: {', '.join([*FORMATS, 'html'])}.")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery of the smallest platform, in a folder that did not exist."""
    folder = tmp_path_factory.mktemp("gallery") / "new" / "folder"
    ended = run("diagrams", str(folder), "--platform", "vertex-pipeline")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    written = sorted(str(path) for path in folder.rglob("*") if path.is_file())
    assert sorted(lines[:-1]) == written
    assert lines[-1] == f"{len(written)} files"
    return folder


def check(folder: Path) -> Ended:
    return run("diagrams", str(folder), "--platform", "vertex-pipeline", "--check")


def test_a_gallery_just_written_has_not_drifted(gallery: Path) -> None:
    assert check(gallery) == Ended(0, f"{len([*gallery.rglob('*.*')])} files are as they would be drawn\n", "")
    assert {path.name for path in gallery.iterdir()} == {"README.md", "vertex-pipeline"}


def test_what_drifted_is_missing_or_too_many_is_named(gallery: Path) -> None:
    folder = gallery / "vertex-pipeline"
    kept = {name: (folder / name).read_bytes() for name in ("lifecycle.svg", "lifecycle.dot", "lifecycle-dark.png")}
    (folder / "lifecycle.svg").write_bytes(kept["lifecycle.svg"] + b" ")
    (folder / "lifecycle.dot").unlink()
    (folder / "lifecycle-dark.png").write_bytes((folder / "lifecycle-light.png").read_bytes())
    (folder / "stray.svg").touch()
    (gallery / ".hidden").touch()
    try:
        assert check(gallery) == Ended(
            1,
            "drifted   vertex-pipeline/lifecycle-dark.png\n"
            "missing   vertex-pipeline/lifecycle.dot\n"
            "drifted   vertex-pipeline/lifecycle.svg\n"
            "too many  vertex-pipeline/stray.svg\n",
            "",
        )
        assert not (folder / "lifecycle.dot").exists(), "a check writes nothing"
    finally:
        (folder / "stray.svg").unlink()
        for name, data in kept.items():
            (folder / name).write_bytes(data)
    assert check(gallery).code == 0


def test_pngs_are_compared_by_what_they_were_drawn_from(gallery: Path) -> None:
    light = gallery / "vertex-pipeline" / "lifecycle-light.png"
    kept = light.read_bytes()
    light.write_bytes(kept + b"packed otherwise")
    assert stamp(kept)
    assert check(gallery).code == 0
    light.write_bytes(kept)


def test_a_gallery_of_another_program_cannot_be_compared(gallery: Path) -> None:
    index = gallery / "README.md"
    kept = index.read_text(encoding="utf-8")
    index.write_text(kept.replace("Drawn by: ", "Drawn by: another "), encoding="utf-8")
    ended = check(gallery)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"jobstates: {gallery} was drawn by another ")
    index.write_text(kept, encoding="utf-8")


def test_a_folder_that_is_not_there_misses_everything(tmp_path: Path) -> None:
    ended = check(tmp_path / "nothing")
    assert ended.code == 1
    assert {line.split()[0] for line in ended.out.splitlines()} == {"missing"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = run("diagrams", str(tmp_path / "file"), "--platform", "vertex-pipeline")
    assert ended.code == 2
    assert ended.err.startswith(f"jobstates: the folder {tmp_path / 'file'}/vertex-pipeline cannot be made: ")


def test_an_unknown_platform_has_no_gallery(tmp_path: Path) -> None:
    ended = run("diagrams", str(tmp_path), "--platform", "vertx")
    assert (ended.code, ended.out) == (2, "")
    assert "Did you mean 'vertex'?" in ended.err
