"""What a watcher writes to the log: what is odd, once. What simply happened is for subscribers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from jobstates.spec.event import Finding, FindingKind, Sight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobstates.delivery import Message

log = logging.getLogger("jobstates")
MANY = 10
"""From how many jobs on, that are found to be the same at once, they are written about together."""


def report(messages: Sequence[Message]) -> None:
    """Write about findings and lost sight; about many overdue jobs in one line."""
    overdue = [one for one in messages if isinstance(one, Finding) and one.kind is FindingKind.OVERDUE]
    lost = [one for one in messages if isinstance(one, Sight)]
    if len(overdue) >= MANY:
        log.warning("%d jobs are overdue: %s, and more", len(overdue), ", ".join(one.job for one in overdue[:3]))
    if len(lost) >= MANY:
        log.warning("%d jobs: %s: %s", len(lost), lost[0].event, lost[0].reason)
    for one in messages:
        if isinstance(one, Finding) and (one.kind is not FindingKind.OVERDUE or len(overdue) < MANY):
            log.log(one.kind.level, "%s: %s", one.job, one.reason)
        elif isinstance(one, Sight) and len(lost) < MANY:
            log.warning("%s: %s: %s", one.job, one.event, one.reason)
