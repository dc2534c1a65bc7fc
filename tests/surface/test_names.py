"""The public names: all of the contract, none by accident, each found where it is said to be."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import jobstates
from jobstates import errors

CONTRACT = """
Actor Basis DataflowJob DataflowJobMachine DataflowJobState Finding JobEvent JobMachine Lifecycle Observation Outcome Phase
Subscription Tracker VertexJob VertexJobMachine VertexJobState VertexPipelineMachine follow
"""
ERRORS = """
ContradictedByService DeclarationError DrawingFailed EventNotAllowed InputError JobStatesError MissingExtra NotAllowed
StreamOverflow UnknownEvent UnknownFormat UnknownJob UnknownPlatform UnknownState
"""
OURS = """
Arrow Citation Clock EventStream FindingKind Followed Intent Job JobState Kind Overflow Policy Record Request Sentence Sight
Source Step Verdict VertexPipeline VertexPipelineState
Accepted AlreadyRequested AlreadyTerminal Cursor Ending JobRef Lost Pace Patience Quotas Waited Watcher
ask job_ref wait wait_all wait_any
"""
TREE = ast.parse(Path(inspect.getfile(jobstates)).read_text(encoding="utf-8"))


def for_type_checkers() -> dict[str, str]:
    """What a type checker is told of each name: the module it comes from."""
    block = next(node for node in TREE.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    assert len(imports) == len(block.body)
    return {name.name: str(node.module) for node in imports for name in node.names}


def test_the_names_are_those_of_the_contract_and_ours() -> None:
    assert set(jobstates.__all__) == {*CONTRACT.split(), *ERRORS.split(), *OURS.split()}


def test_the_names_are_sorted_and_each_stands_once() -> None:
    assert jobstates.__all__ == sorted(set(jobstates.__all__))


def test_type_checkers_are_told_the_same_as_the_interpreter() -> None:
    assert for_type_checkers() == jobstates._HOME
    assert sorted(jobstates._HOME) == jobstates.__all__


@pytest.mark.parametrize("name", jobstates.__all__)
def test_a_name_is_what_its_home_calls_by_it(name: str) -> None:
    value = getattr(jobstates, name)
    assert value is getattr(import_module(jobstates._HOME[name]), name)
    assert inspect.getdoc(value)


def test_dir_lists_every_name_before_it_is_used() -> None:
    assert set(jobstates.__all__) <= set(dir(jobstates))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'jobstates' has no attribute 'Trakcer'"):
        jobstates.Trakcer  # type: ignore[attr-defined]  # noqa: B018


def test_every_error_is_exported_and_drawn_in_the_tree() -> None:
    tree = {error.__name__ for error in vars(errors).values() if inspect.isclass(error) and error.__module__ == errors.__name__}
    public = {name for name in tree if not name.startswith("_")}
    assert public == set(ERRORS.split()) - {"EventNotAllowed"}
    assert public <= set(re.findall(r"\w+", errors.__doc__ or ""))
    assert issubclass(jobstates.EventNotAllowed, jobstates.NotAllowed)


@pytest.mark.parametrize("name", ERRORS.split())
def test_every_error_is_one_of_ours(name: str) -> None:
    assert issubclass(getattr(jobstates, name), jobstates.JobStatesError)
