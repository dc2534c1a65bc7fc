"""``schema``: the JSON Schema of everything this package prints or hands out as JSON."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer

from jobstates.errors import InputError

if TYPE_CHECKING:
    from pydantic import BaseModel

MODELS = {
    "event": "jobstates.spec.event:JobEvent",
    "finding": "jobstates.spec.event:Finding",
    "sight": "jobstates.spec.event:Sight",
    "waited": "jobstates.watch.waiting:Waited",
    "cursor": "jobstates.watch.cursor:Cursor",
    "replay": "jobstates.cli.lives:ReplayedJob",
    "diagram": "jobstates.render:Diagram",
}
"""Where each model lives, loaded when its schema is asked for."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(
    name: Annotated[
        str, typer.Argument(help=f"One of {', '.join(MODELS)}; all of them by name when left out.", metavar="NAME")
    ] = "",
) -> None:
    """Print the JSON Schema of messages, results of waits, cursors, replayed jobs and diagrams."""
    if name and name not in MODELS:
        raise InputError(f"there is no schema {name!r}; there are {', '.join(MODELS)}")
    document = _schema(MODELS[name]) if name else {each: _schema(home) for each, home in MODELS.items()}
    typer.echo(json.dumps(document, indent=2))


def _schema(home: str) -> dict[str, object]:
    module, _, name = home.partition(":")
    model: type[BaseModel] = getattr(import_module(module), name)
    return {"$schema": DRAFT, **model.model_json_schema(mode="serialization")}
