"""Every command and option stands in docs/command-line.md, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_group

from jobstates.cli.app import app

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
GROUP = get_group(app)
OPTIONS = {
    option
    for command in (GROUP, *GROUP.commands.values())
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
    if option.startswith("--")
}


def test_every_command_has_its_heading() -> None:
    assert re.findall(r"^## `jobstates ([\w-]+)", PAGE, re.MULTILINE) == list(GROUP.commands)


def test_every_option_is_described_and_no_other() -> None:
    assert set(re.findall(r"--[a-z][a-z-]*", PAGE)) == OPTIONS | {"--help", "--install-completion", "--show-completion"}


def test_every_command_says_what_it_does() -> None:
    assert all((command.help or "").strip().endswith(".") for command in GROUP.commands.values())
    assert all(getattr(parameter, "help", "") for command in GROUP.commands.values() for parameter in command.params)
