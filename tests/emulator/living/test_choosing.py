"""Which life a new job gets."""

from __future__ import annotations

import pytest

from jobstates import DataflowJob
from jobstates.emulator.living.choosing import LifeRule, Lives
from jobstates.emulator.living.life import Life
from jobstates.spec.state import Outcome
from tests.emulator.living.support import BATCH, CUSTOM, STREAMING


def rule(**told: object) -> LifeRule:
    return LifeRule.model_validate(told)


def test_a_job_that_no_rule_is_meant_for_lives_well() -> None:
    assert Lives([rule(life="failed", kind="tuningJobs")]).choose(CUSTOM, ["etl"]) == Life()


def test_the_last_rule_that_is_meant_for_a_job_counts() -> None:
    lives = Lives([rule(life="failed"), rule(life="cancelled", job="etl-*")])
    assert lives.choose(CUSTOM, ["etl-1"]).outcome is Outcome.CANCELLED
    assert lives.choose(CUSTOM, ["report"]).outcome is Outcome.FAILED


def test_a_rule_that_is_added_goes_before_those_there_are() -> None:
    lives = Lives([rule(life="failed")])
    lives.add(rule(life="expired"))
    assert lives.choose(CUSTOM, [""]).outcome is Outcome.EXPIRED


def test_a_rule_may_be_meant_for_so_many_jobs() -> None:
    lives = Lives([rule(life="failed", count=2)])
    assert [lives.choose(CUSTOM, [""]).outcome for _ in range(4)] == [Outcome.FAILED, Outcome.FAILED, None, None]


@pytest.mark.parametrize(
    ("told", "job", "meant"),
    [
        ({"platform": "dataflow"}, BATCH, True),
        ({"platform": "vertex"}, BATCH, False),
        ({"kind": "custom*"}, CUSTOM, True),
        ({"kind": "nasJobs"}, CUSTOM, False),
        ({"type": "streaming"}, STREAMING, True),
        ({"type": "streaming"}, BATCH, False),
        ({"type": "streaming"}, DataflowJob(), False),
        ({"job": "b"}, CUSTOM, True),
        ({"job": "c"}, CUSTOM, False),
    ],
)
def test_a_rule_says_which_jobs_it_is_meant_for(told: dict[str, str], job: DataflowJob, meant: bool) -> None:  # noqa: FBT001
    assert rule(life="failed", **told).meant_for(job, ["a", "b"]) is meant
