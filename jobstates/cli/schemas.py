"""``schema``: the JSON Schema of everything this package prints or hands out as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from jobstates.cli.lives import ReplayedJob
from jobstates.errors import InputError
from jobstates.render import Diagram
from jobstates.spec.event import Finding, JobEvent

if TYPE_CHECKING:
    from pydantic import BaseModel

MODELS: dict[str, type[BaseModel]] = {"event": JobEvent, "finding": Finding, "replay": ReplayedJob, "diagram": Diagram}
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(MODELS)}; all of them by name when left out.")] = "",
) -> None:
    """Print the JSON Schema of events, findings, replayed jobs and diagrams."""
    if name and name not in MODELS:
        raise InputError(f"there is no schema {name!r}; there are {', '.join(MODELS)}")
    wanted = MODELS[name] if name else None
    document = _schema(wanted) if wanted else {each: _schema(model) for each, model in MODELS.items()}
    typer.echo(json.dumps(document, indent=2))


def _schema(model: type[BaseModel]) -> dict[str, object]:
    return {"$schema": DRAFT, **model.model_json_schema(mode="serialization")}
