"""JSON: a diagram as data, the same bytes every time, read back as the same diagram, and as its schema says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import jsonschema
import pytest
from pydantic import ValidationError

from jobstates.render import Diagram, diagram, export, with_heat, with_path
from tests.cli.support import run
from tests.render.support import VERTEX, history
from tests.strategies import LIFECYCLES

if TYPE_CHECKING:
    from jobstates import Lifecycle

PROGRAM = """
from hashlib import sha256
from jobstates.platforms import platforms
from jobstates.render import FORMATS, diagram, export, with_heat, with_path
from jobstates.render.page import page
from tests.render.support import VERTEX, history
life = history("customJobs/1", "QUEUED", "RUNNING", "PAUSED", "FAILED")
drawn = [diagram(machine.lifecycle) for machine in platforms().values()]
drawn += [with_path(diagram(VERTEX), life), with_heat(diagram(VERTEX), life.events)]
for each in drawn:
    for form in ("json", "dot", "mermaid", "md", "svg"):
        print(each.platform, form, sha256(export(each, form)).hexdigest())
print("vertex", "html", sha256(page(VERTEX, [life]).encode()).hexdigest())
"""


def digests(seed: str) -> list[str]:
    """What a process with another order of its sets makes of every format."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda lifecycle: lifecycle.platform)
def test_a_diagram_read_back_is_the_same(lifecycle: Lifecycle) -> None:
    drawn = diagram(lifecycle)
    assert Diagram.model_validate_json(export(drawn, "json")) == drawn


def test_diagrams_are_as_their_schema_says() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(run("schema", "diagram").out))
    life = history("customJobs/1", "QUEUED", "RUNNING", "FAILED")
    for drawn in (diagram(VERTEX), with_path(diagram(VERTEX), life), with_heat(diagram(VERTEX), life.events)):
        validator.validate(json.loads(export(drawn, "json")))
    assert not validator.is_valid({"platform": "vertex"})


def test_what_is_no_diagram_is_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        Diagram.model_validate(diagram(VERTEX).model_dump() | {"colour": "red"})


def test_every_format_is_the_same_in_every_process() -> None:
    first = digests("1")
    assert digests("4711") == first
    assert len(first) == 26
