"""Finding a method by its path, in every way in which the clients call it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobstates.emulator.wire import Method, schema
from jobstates.emulator.wire.routes import Routes
from jobstates.emulator.wire.schema import Rule
from tests.emulator.wire.clients import services
from tests.emulator.wire.paths import variables

ROUTES = Routes(schema().methods.values())
BOUND = [
    (service, name, rule) for service in services() for name in service.rest for rule in service.rules(name) if "Iam" not in name
]


class Bound(Method):
    """A method with the rules that a test gives it."""

    def __init__(self, path: str, *rules: Rule) -> None:
        super().__init__(path, schema(), None)
        self.__dict__["rules"] = rules


def routes(*templates: str) -> Routes:
    return Routes(Bound(template, Rule("GET", template, "")) for template in templates)


def found(table: Routes, path: str) -> tuple[str, dict[str, str]] | None:
    """The template that a path matches, and what it says."""
    hit = table.find("GET", path)
    return hit and (hit.route.rule.template, dict(hit.variables))


def test_each_of_the_clients_bindings_leads_to_its_method() -> None:
    """The thousands of the mixins among them, of which the schema keeps the general ones."""
    lost = [(name, rule) for service, name, rule in BOUND if not leads(rule, name)]
    assert (lost, len(BOUND) > 4000) == ([], True)


def leads(rule: dict[str, str], name: str) -> bool:
    values = variables(rule["uri"], lambda: "x-1")
    path = re.sub(r"\{([\w.]+)[^}]*\}", lambda variable: values[variable[1]], rule["uri"])
    hit = ROUTES.find(rule["method"].upper(), path)
    return hit is not None and hit.route.method.name == name and dict(hit.variables) == values


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/jobs/7", ("/v1/jobs/{id}", {"id": "7"})),
        ("/v1/jobs/a%2Fb%20c", ("/v1/jobs/{id}", {"id": "a/b c"})),
        ("/v1/jobs/7:cancel", ("/v1/jobs/{id}:cancel", {"id": "7"})),
        ("/v1/jobs/a:b:cancel", ("/v1/jobs/{id}:cancel", {"id": "a:b"})),
        ("/v1/jobs/7%3Acancel", ("/v1/jobs/{id}", {"id": "7:cancel"})),
        ("/v1/jobs/7:pause", None),
        ("/v1/jobs/", None),
        ("/v1/jobs", None),
        ("/v1/jobs/7/", None),
        ("/v1/jobs/here", ("/v1/jobs/here", {})),
        ("/v1/jobs/h%65re", ("/v1/jobs/here", {})),
        ("/v1/projects/a:b/jobs/7", ("/v1/{job.name=projects/*/jobs/*}", {"job.name": "projects/a:b/jobs/7"})),
        ("/v1/projects/a%2fb/jobs/%37", ("/v1/{job.name=projects/*/jobs/*}", {"job.name": "projects/a%2fb/jobs/7"})),
        ("/v1/projects//jobs/7", None),
        ("/v1/files/a/b/c", ("/v1/{name=files/**}", {"name": "files/a/b/c"})),
        ("/v1/files", ("/v1/{name=files/**}", {"name": "files"})),
        ("/v1/files/a/b:get", None),
        ("", None),
        ("/", None),
        ("*", None),
    ],
)
def test_a_template_matches_as_google_api_http_says(path: str, expected: tuple[str, dict[str, str]] | None) -> None:
    """An escaped slash is a slash in a variable of one segment, and stays escaped in a longer one."""
    table = routes(
        "/v1/jobs/{id}", "/v1/jobs/here", "/v1/jobs/{id}:cancel", "/v1/{job.name=projects/*/jobs/*}", "/v1/{name=files/**}"
    )
    assert found(table, path) == expected


def test_a_literal_that_leads_nowhere_does_not_hide_a_star() -> None:
    table = routes("/v1/a/x", "/v1/*/y")
    assert (found(table, "/v1/a/y"), found(table, "/v1/a/x")) == (("/v1/*/y", {}), ("/v1/a/x", {}))


def test_escapes_that_are_no_utf_8_are_told_from_paths_that_lead_nowhere() -> None:
    with pytest.raises(UnicodeDecodeError):
        ROUTES.find("GET", "/v1b3/projects/%ff/jobs/7")
    assert ROUTES.find("GET", "/v9/%ff") is None


def test_the_verbs_of_a_path_are_known() -> None:
    jobs = "/v1/projects/p/locations/l/customJobs"
    assert (ROUTES.verbs(jobs), ROUTES.verbs(f"{jobs}/1:cancel"), ROUTES.verbs("/v1/nothing")) == (("GET", "POST"), ("POST",), ())


@given(st.text(max_size=60), st.sampled_from(["GET", "POST", ""]))
def test_any_path_is_found_or_not(path: str, verb: str) -> None:
    """Whatever stands in it."""
    try:
        ROUTES.find(verb, path)
    except UnicodeDecodeError:
        assert "%" in path
