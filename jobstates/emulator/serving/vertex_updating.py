"""What an update of a model deployment monitoring job overwrites, as the comment of its ``update_mask`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstates.emulator.codes import Code
from jobstates.emulator.serving.service import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.emulator.calls import Message

CONFIGS = "model_deployment_monitoring_objective_configs"
UPDATABLE = (
    "display_name",
    "model_deployment_monitoring_schedule_config",
    "model_monitoring_alert_config",
    "logging_sampling_strategy",
    "labels",
    "log_ttl",
    "enable_monitoring_pipeline_logs",
    CONFIGS,
)
"""The fields that can be updated as a whole."""
UPDATABLE_PARTS = tuple(
    f"{CONFIGS}.objective_config.{part}"
    for part in ("training_dataset", "training_prediction_skew_detection_config", "prediction_drift_detection_config")
)
"""And the parts of them that can be updated alone."""


def updated(kept: Message, sent: Message, mask: Message) -> Message:
    """The resource as it is after an update.

    Raises:
        Refused: when the mask names what cannot be updated.
    """
    fresh = type(kept)()
    fresh.CopyFrom(kept)
    for path in _paths(sent, mask):
        _overwrite(fresh, sent, path.split("."), type(mask))
    return fresh


def _paths(sent: Message, mask: Message) -> Sequence[str]:
    if not mask.paths:  # "then only the non-empty fields present in the request will be overwritten."
        return [field.name for field, _ in sent.ListFields() if field.name in UPDATABLE]
    if list(mask.paths) == ["*"]:  # "Set the update_mask to `*` to override all fields."
        return UPDATABLE
    if wrong := [path for path in mask.paths if path not in (*UPDATABLE, *UPDATABLE_PARTS)]:
        can = ", ".join((*UPDATABLE, *UPDATABLE_PARTS))
        raise Refused(Code.INVALID_ARGUMENT, f"update_mask: {', '.join(wrong)} cannot be updated; what can: {can}")
    return list(mask.paths)


def _overwrite(kept: Message, sent: Message, path: Sequence[str], mask: Message) -> None:
    """Overwrite one field; within a list, that of each item by the item in the same place."""
    name, *rest = path
    if not rest:
        part = type(kept)()
        mask(paths=[name]).MergeMessage(sent, part)
        kept.ClearField(name)
        kept.MergeFrom(part)
    elif kept.DESCRIPTOR.fields_by_name[name].is_repeated:
        for into, source in zip(getattr(kept, name), getattr(sent, name), strict=False):
            _overwrite(into, source, rest, mask)
    else:
        _overwrite(getattr(kept, name), getattr(sent, name), rest, mask)
