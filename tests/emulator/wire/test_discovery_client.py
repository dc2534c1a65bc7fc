"""Google's discovery client, unmodified, against the transcoder: it writes enums by name and has its own idea of every path."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from googleapiclient.discovery import build
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError
from httplib2 import Response
from hypothesis import given, settings
from hypothesis import strategies as st

from jobstates.emulator.calls import Reply, Status, WebRequest
from jobstates.emulator.codes import Code
from jobstates.emulator.wire import Transcoder, schema
from jobstates.emulator.wire.encoding import Form
from tests.emulator.wire.messages import Random
from tests.emulator.wire.paths import variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jobstates.emulator.wire.schema import Rule

DOCUMENTS = {"aiplatform": ("v1", "v1beta1"), "dataflow": ("v1b3",)}
NAMES = st.from_regex(r"[a-zA-Z0-9_~-][a-zA-Z0-9_.~é-]{0,5}", fullmatch=True)
"""What the client leaves as it is within a resource's name: it escapes nothing there, not even a question mark."""
NO_DOCUMENT = {"/ui/projects/*/locations", "/ui/projects/*/locations/*"}
"""What the libraries' REST transports call, and no document speaks of."""


class Http:
    """Takes the place of the network under the client."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        self.reply = Reply()
        self._transcoder = Transcoder(schema(), self._answer)

    def _answer(self, path: str, request: bytes) -> Reply:
        self.calls.append((path, request))
        return self.reply

    def request(self, uri: str, method: str = "GET", body: str | None = None, headers: Mapping[str, str] | None = None) -> Any:
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        reply = self._transcoder(WebRequest(method, uri, lower, (body or "").encode()))
        return Response({"status": str(reply.status), "content-type": reply.content_type}), reply.body


@cache
def connected(api: str, version: str) -> tuple[Any, Http]:
    http = Http()
    return build(api, version, http=http, static_discovery=True), http


def documented() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every method of every document, with its API and version."""
    for api, versions in DOCUMENTS.items():
        for version in versions:
            yield from ((api, version, method) for method in _methods(json.loads(get_static_doc(api, version))))


def _methods(resource: Any) -> Iterator[dict[str, Any]]:
    yield from resource.get("methods", {}).values()
    for inner in resource.get("resources", {}).values():
        yield from _methods(inner)


def shape(template: str) -> str:
    """A path whose variables are stars."""
    return re.sub(r"\{[\w.]+=([^}]*)\}", r"\1", re.sub(r"\{\+?\w+\}", "*", f"/{template.lstrip('/')}"))


BOUND = {
    (rule.verb, shape(rule.template)): (method, rule)
    for method in schema().methods.values()
    for rule in method.rules
    if method.service != "google.longrunning.Operations"
}
DOCUMENTED = {
    f"{version} {method['id']}": (api, version, method)
    for api, version, method in documented()
    if (method["httpMethod"], shape(method["flatPath"])) in BOUND
}


def test_every_binding_is_documented() -> None:
    """The clients' libraries and the discovery documents name the same paths."""
    found = {(method["httpMethod"], shape(method["flatPath"])) for _, _, method in DOCUMENTED.values()}
    assert {path for verb, path in BOUND.keys() - found} == NO_DOCUMENT


@pytest.mark.parametrize("name", DOCUMENTED)
@settings(max_examples=4)
@given(data=st.data())
def test_what_the_client_sends_arrives_and_what_is_answered_it_reads(name: str, data: st.DataObject) -> None:
    """Every method that is served, in each of the documents."""
    api, version, described = DOCUMENTED[name]
    client, http = connected(api, version)
    method, rule = BOUND[described["httpMethod"], shape(described["flatPath"])]
    request, response = Random(schema(), data.draw, numbers=False, segments=NAMES).exchange(method, rule.template)
    keep_sendable(request, rule, described)
    http.reply = Reply(response.SerializeToString())
    read = called(client, described["id"])(**arguments(request, rule, described)).execute()
    path, arrived = http.calls.pop()
    assert (path, method.request.FromString(arrived)) == (method.path, request)
    assert read == said(response)


def said(message: Any) -> Any:
    return Form().said(message, schema().pool, {})


def called(client: Any, name: str) -> Any:
    """A method by its id, such as ``dataflow.projects.jobs.get``."""
    *resources, last = name.split(".")[1:]
    for resource in resources:
        client = getattr(client, resource)()
    return getattr(client, last)


def keep_sendable(request: Any, rule: Rule, described: dict[str, Any]) -> None:
    """Clear what the document has no parameter for, or no name."""
    if rule.body == "*":
        return
    kept = {rule.body, *(field.split(".")[0] for field in variables(rule.template))}
    for field, _ in request.ListFields():
        query = flat(field.json_name, said(request)[field.json_name])
        parameters = {name: described["parameters"].get(name, {"enum": ()}) for name in query}
        known = all(value in parameters[name].get("enum", [value]) for name, value in query.items())
        if field.name not in kept and not known:
            request.ClearField(field.name)


def flat(name: str, value: Any) -> dict[str, Any]:
    """A value as query parameters."""
    if isinstance(value, dict):
        return {key: part for inner, below in value.items() for key, part in flat(f"{name}.{inner}", below).items()}
    return {name: value}


def arguments(request: Any, rule: Rule, described: dict[str, Any]) -> dict[str, Any]:
    """A request as the client's method takes it."""
    rest = type(request)()
    rest.CopyFrom(request)
    path = {}
    fields = variables(rule.template)
    for field, name in zip(fields, re.findall(r"\{\+?(\w+)\}", described["path"]), strict=True):
        *within, last = field.split(".")
        owner = rest
        for part in within:
            owner = getattr(owner, part)
        path[name] = getattr(owner, last)
        owner.ClearField(last)
    if rule.body == "*":
        return {**path, "body": said(rest)}
    body = {"body": said(getattr(rest, rule.body))} if rule.body else {}
    query = {name: value for top, one in said(rest).items() for name, value in flat(top, one).items() if top != camel(rule.body)}
    return {**path, **body, **{name.replace(".", "_"): value for name, value in query.items()}}


def camel(name: str) -> str:
    return re.sub("_([a-z])", lambda letter: letter[1].upper(), name)


def test_a_request_too_long_for_an_address_arrives_as_the_get_that_it_is() -> None:
    """The client sends it as a POST that says so, with the query in the body."""
    client, http = connected("aiplatform", "v1")
    http.reply = Reply()
    jobs = client.projects().locations().customJobs()
    jobs.list(parent="projects/p/locations/l", filter="state=" + "é" * 2000, pageSize=7).execute()
    path, arrived = http.calls.pop()
    method = schema().methods[path]
    assert (method.name, method.request.FromString(arrived)) == (
        "ListCustomJobs",
        method.request(parent="projects/p/locations/l", filter="state=" + "é" * 2000, page_size=7),
    )


def test_a_refusal_is_read_with_its_details() -> None:
    """As the client reads those of the services."""
    client, http = connected("dataflow", "v1b3")
    retry = schema().message("google.rpc.RetryInfo")()
    retry.retry_delay.seconds = 3
    http.reply = Reply(status=Status(Code.RESOURCE_EXHAUSTED, "not now", (("google.rpc.RetryInfo", retry.SerializeToString()),)))
    with pytest.raises(HttpError) as refused:
        client.projects().jobs().get(projectId="p", jobId="j").execute()
    http.calls.clear()
    assert (refused.value.status_code, refused.value.reason) == (429, "not now")
    assert refused.value.error_details == [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}]


def test_a_state_that_nobody_knows_is_read_by_the_name_it_was_given() -> None:
    """And by its number where it was given none."""
    client, http = connected("dataflow", "v1b3")
    job = schema().message("google.dataflow.v1beta3.Job")(current_state=99)
    get = client.projects().jobs().get(projectId="p", jobId="j")
    http.reply = Reply(job.SerializeToString(), enum_names={99: "JOB_STATE_HIBERNATING"})
    named = get.execute()
    http.reply = Reply(job.SerializeToString())
    assert (named, get.execute()) == ({"currentState": "JOB_STATE_HIBERNATING"}, {"currentState": 99})
    http.calls.clear()
