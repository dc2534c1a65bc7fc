"""Which program draws, and what is said when none can."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jobstates.errors import DrawingFailed
from jobstates.render import drawing
from jobstates.render.drawing import ENVIRONMENT, draw, find_engine, version

SMALL = "digraph { a -> b }"


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)


def program(folder: Path, name: str, script: str) -> Path:
    """A program of a few lines of shell."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_the_one_that_was_installed_with_us_comes_first() -> None:
    assert Path(find_engine()).stem == "graphviz-pure"
    assert Path(find_engine()).parent == Path(sys.prefix) / "bin"


def test_the_environment_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = program(tmp_path, "mine", "cat >/dev/null; echo '<svg/>'")
    monkeypatch.setenv(ENVIRONMENT, str(mine))
    assert find_engine() == str(mine)
    assert draw(SMALL) == b"<svg/>\n"


def test_who_asks_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "/nowhere/dot")
    mine = program(tmp_path, "mine", "cat >/dev/null; echo '<svg/>'")
    assert find_engine(str(mine)) == str(mine)


@pytest.mark.parametrize("by", ["engine", "environment"])
def test_a_named_program_that_is_not_there_is_no_reason_to_take_another(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "/nowhere/dot" if by == "environment" else "")
    with pytest.raises(DrawingFailed, match="names /nowhere/dot, and there is no such program"):
        find_engine("/nowhere/dot" if by == "engine" else None)


def test_the_system_s_dot_is_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dot = program(tmp_path, "dot", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(drawing, "PURE", "no-such-program")
    assert find_engine() == str(dot)


def test_without_any_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(drawing, "PURE", "no-such-program")
    with pytest.raises(DrawingFailed, match=r'pip install "jobstates\[diagrams\]"'):
        draw(SMALL)


@pytest.mark.parametrize(("format", "begin"), [("svg", b"<?xml"), ("png", b"\x89PNG\r\n")])
def test_draws(format: str, begin: bytes) -> None:  # noqa: A002
    assert draw(SMALL, format).startswith(begin)


def test_draws_a_page_where_the_engine_can() -> None:
    dot = shutil.which("dot")
    if dot is None:
        with pytest.raises(DrawingFailed, match="cannot draw pdf"):
            draw(SMALL, "pdf")
    else:
        assert draw(SMALL, "pdf", engine=dot).startswith(b"%PDF")


def test_says_that_the_engine_cannot_draw_a_format() -> None:
    with pytest.raises(DrawingFailed, match=r"graphviz-pure cannot draw pdf; name another program.*--engine or JOBSTATES_DOT"):
        draw(SMALL, "pdf")


def test_says_what_the_engine_says_of_bad_text() -> None:
    with pytest.raises(DrawingFailed, match=r"graphviz-pure could not draw the diagram: .*syntax error in line 1"):
        draw("digraph {")


def test_an_engine_that_fails_in_silence(tmp_path: Path) -> None:
    with pytest.raises(DrawingFailed, match="it says nothing of it"):
        draw(SMALL, engine=str(program(tmp_path, "mute", "exit 3")))


def test_an_engine_that_draws_nothing(tmp_path: Path) -> None:
    with pytest.raises(DrawingFailed, match="could not draw"):
        draw(SMALL, engine=str(program(tmp_path, "idle", "exit 0")))


def test_an_engine_that_never_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "PATIENCE", 0.2)
    with pytest.raises(DrawingFailed, match=r"did not draw this diagram within 0\.2 seconds"):
        draw(SMALL, engine=str(program(tmp_path, "slow", "exec sleep 30")))


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    broken = program(tmp_path, "broken", "")
    broken.write_bytes(b"\x7fELF nothing")
    with pytest.raises(DrawingFailed, match="broken cannot be run"):
        draw(SMALL, engine=str(broken))


def test_the_version_names_the_program() -> None:
    assert "16.1.0" in version()
    assert "graphviz" in version().lower()


def test_without_the_builder_the_error_names_the_extra(tmp_path: Path) -> None:
    (tmp_path / "graphviz.py").write_text("raise ImportError('not installed')\n")
    code = (
        "from jobstates import DataflowJobMachine, Lifecycle\n"
        "from jobstates.render import diagram, export\n"
        "drawn = diagram(Lifecycle.of(DataflowJobMachine))\n"
        "print([len(export(drawn, format)) > 100 for format in ('mermaid', 'md', 'json')])\n"
        "try:\n    export(drawn, 'svg')\nexcept Exception as error:\n    print(type(error).__name__, error)\n"
    )
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout.splitlines() == [
        "[True, True, True]",
        'MissingExtra the package graphviz is not installed: pip install "jobstates[diagrams]"',
    ]
