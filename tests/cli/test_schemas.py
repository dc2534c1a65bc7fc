"""``schema``: the JSON Schema of what is printed, which others build on: a change of it has to be meant."""

from __future__ import annotations

import json

import jsonschema
import pytest

from jobstates import Tracker
from tests.cli.support import FLOW, assert_golden, run

NAMES = ("event", "finding", "sight", "waited", "cursor", "replay", "diagram")


def one_way_to_say(part: dict[str, object]) -> dict[str, object]:
    """Older versions of pydantic say of a constant that it is an enumeration, too."""
    return {key: value for key, value in part.items() if not (key == "enum" and "const" in part)}


def test_the_schemas_are_the_ones_that_were_published() -> None:
    document = json.loads(run("schema").out, object_hook=one_way_to_say)
    assert_golden("schema.json", json.dumps(document, indent=2) + "\n")


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_json_schema(name: str) -> None:
    schema = json.loads(run("schema", name).out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_all_of_them_are_each_of_them() -> None:
    assert json.loads(run("schema").out) == {name: json.loads(run("schema", name).out) for name in NAMES}


def test_messages_are_as_their_schemas_say() -> None:
    tracker = Tracker("dataflow")
    steps = [tracker.observe(FLOW, state) for state in ("PENDING", "RUNNING", "NEWFANGLED", "DONE", "DRAINED")]
    for name, messages in (
        ("event", [event for step in steps for event in step.events]),
        ("finding", [finding for step in steps for finding in step.findings]),
    ):
        validator = jsonschema.Draft202012Validator(json.loads(run("schema", name).out))
        assert messages
        for message in messages:
            validator.validate(json.loads(message.model_dump_json()))


def test_what_is_no_message_is_refused() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(run("schema", "event").out))
    assert not validator.is_valid({"id": "x#1", "job": "x"})
