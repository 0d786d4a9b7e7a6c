"""Importing OpenAPI documents: what is proposed, what is written, what an owner's edit survives."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.calls import UpstreamAnswer
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.ids import tool_id
from gatehouse.domain.requests import OutboundRequest
from gatehouse.edge.rest.openapi_imports import MAX_BODY
from gatehouse.ports.upstreams import UpstreamForbidden, UpstreamUncertain, UpstreamUnreachable
from gatehouse.usecases.fetch_document import MAX_FETCHED
from gatehouse.usecases.import_openapi import MAX_CHOSEN
from tests.fakes.calls import ScriptedUpstream
from tests.rest import SECRET, Answer, Api

IMPORTS = "/api/v1/openapi-imports"
TOOLS = "/api/v1/custom-tools"
URL = "https://docs.example.com/openapi.json"
LIST, READ = "GET /pets", "GET /pets/{id}"
BEARER = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}


def pets(**changes: Any) -> dict[str, Any]:
    """A document with two operations; `changes` replace members of its root."""
    identifier = {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "servers": [{"url": "https://pets.example.com/v1"}],
        "paths": {
            "/pets": {"get": {"operationId": "list_pets", "summary": "List the pets"}},
            "/pets/{id}": {
                "get": {"operationId": "read_pet", "summary": "One pet", "parameters": [identifier]}
            },
        },
        **changes,
    }


def preview(api: Api, document: dict[str, Any] | str, **more: Any) -> Answer:
    text = document if isinstance(document, str) else json.dumps(document)
    return api.call("POST", f"{IMPORTS}/preview", {"document": text, **more})


def imported(api: Api, document: dict[str, Any], *operations: str, **more: Any) -> Any:
    chosen = list(operations or (LIST, READ))
    body = {"document": json.dumps(document), "operations": chosen, **more}
    answer = api.call("POST", IMPORTS, body)
    assert answer.status == 200, answer.text
    return answer.json["results"]


def becomes(api: Api, document: dict[str, Any]) -> dict[str, str]:
    answer = preview(api, document)
    assert answer.status == 200, answer.text
    return {each["operation"]: each["becomes"] for each in answer.json["operations"]}


def tool(api: Api, name: str) -> Any:
    return api.call("GET", f"{TOOLS}/{tool_id(name)}").json


def imports(api: Api) -> set[str]:
    """The names of all tools that were imported."""
    tools = api.call("GET", TOOLS).json["items"]
    return {each["name"] for each in tools if each["imported_from"]}


def edit(api: Api, name: str, **fields: Any) -> None:
    change = {"version": tool(api, name)["version"], **fields}
    assert api.call("PATCH", f"{TOOLS}/{tool_id(name)}", change).status == 200


# --- looking at a document ------------------------------------------------------------------------


def test_a_preview_says_what_each_operation_would_become_and_changes_nothing() -> None:
    api = Api()
    shown = preview(api, pets(paths={**pets()["paths"], "/file": {"head": {}}})).json
    assert (shown["document"]["title"], shown["document"]["version"]) == ("Pets", "1")
    listed, read, refused = shown["operations"]
    assert (listed["operation"], listed["name"], listed["becomes"]) == (LIST, "list_pets", "new")
    assert read["tool"]["endpoint_path"] == "/v1/pets/{id}"
    assert read["tool"]["base_url"] == "https://pets.example.com"
    assert (refused["becomes"], refused["tool"]) == ("refused", None)
    assert "HEAD" in refused["reason"]
    assert imports(api) == set()


def test_a_preview_says_how_calls_would_be_proven() -> None:
    asked = pets(components=BEARER, security=[{"token": []}])
    shown = preview(Api(), asked).json["operations"]
    assert {each["auth_strategy"] for each in shown} == {"static_bearer"}
    keyed = {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "k"}}}
    shown = preview(Api(), pets(components=keyed, security=[{"key": []}])).json["operations"]
    assert {each["auth_strategy"] for each in shown} == {"none"}
    assert "needs a choice" in shown[0]["notes"][0]


def test_a_preview_can_be_of_some_operations() -> None:
    shown = preview(Api(), pets(), operations=[READ]).json
    assert [each["operation"] for each in shown["operations"]] == [READ]
    assert shown["gone"] == []


def test_yaml_is_read_as_json_is() -> None:
    text = "openapi: 3.1.0\nservers: [{url: https://y.example.com}]\npaths:\n  /a: {get: {}}"
    assert preview(Api(), text).json["operations"][0]["name"] == "get_a"


def test_tools_are_shown_as_long_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatehouse.edge.rest.openapi_imports.MAX_SHOWN", 900)
    shown = preview(Api(), pets()).json["operations"]
    assert [each["tool"] is None for each in shown] == [False, True]


@pytest.mark.parametrize(
    "body",
    [{}, {"document": "{}", "url": URL}, {"document": None, "url": None}],
)
def test_a_document_is_given_in_one_way(body: dict[str, Any]) -> None:
    answer = Api().call("POST", f"{IMPORTS}/preview", body)
    assert (answer.status, answer.fields) == (422, ["document"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "The document is not JSON"),
        ('{"openapi": "2.0"}', "3.0 and 3.1"),
        ('{"swagger": "2.0"}', "does not say"),
        ("a: &a [*a]", "aliases"),
        ("a: " + "[" * 200 + "]" * 200, "nested too deeply"),
        ("a: [", "neither JSON nor YAML"),
        ("\ud800", "half of a surrogate pair"),
        ("a: " + "x" * MAX_BODY, "must be JSON"),
    ],
)
def test_what_is_no_document_is_refused_in_words(text: str, said: str) -> None:
    body = json.dumps({"document": text}) if len(text) < MAX_BODY else ""
    api = Api()
    if not body:
        api.publisher = publisher(text.encode())
        body = json.dumps({"url": URL})
    answer = api.call("POST", f"{IMPORTS}/preview", body)
    assert answer.status == 400, answer.text
    assert said in answer.json["detail"]


def test_a_reference_out_of_the_document_refuses_its_operation_and_fetches_nothing() -> None:
    api = Api()
    api.publisher = publisher(b"{}")
    away = {"$ref": "https://evil.example.com/schema.json"}
    body = {"content": {"application/json": {"schema": away}}}
    shown = preview(api, pets(paths={"/pets": {"post": {"requestBody": body}}})).json
    assert shown["operations"][0]["becomes"] == "refused"
    assert "outside of the document" in shown["operations"][0]["reason"]
    assert api.publisher.sent == []


def test_a_request_may_be_as_large_as_a_document_and_no_larger() -> None:
    room = MAX_BODY - len(json.dumps({"document": ""}))
    assert preview(Api(), "x" * room).status == 400
    answer = preview(Api(), "x" * (room + 1))
    assert answer.status == 413
    assert f"larger than {MAX_BODY} bytes" in answer.json["detail"]


def test_what_there_was_no_time_to_look_at_is_refused_for_that() -> None:
    api = Api()
    clock = iter([0.0, 0.0, 60.0])
    api.monotonic = lambda: next(clock)
    shown = preview(api, pets()).json["operations"]
    assert [each["becomes"] for each in shown] == ["new", "refused"]
    assert "took too long" in shown[1]["reason"]


# --- documents elsewhere --------------------------------------------------------------------------


def publisher(body: bytes, status: int = 200, *, truncated: bool = False) -> ScriptedUpstream:
    answer = UpstreamAnswer(
        status=status, content_type="application/json", body=body, truncated=truncated
    )
    return ScriptedUpstream(lambda _: answer)


def test_a_document_is_fetched_from_its_address_within_bounds_and_without_a_credential() -> None:
    api = Api()
    api.publisher = publisher(json.dumps(pets()).encode())
    answer = api.call("POST", f"{IMPORTS}/preview", {"url": f"{URL}?v=1#part"})
    assert answer.status == 200, answer.text
    (sent,) = api.publisher.sent
    assert (sent.method, sent.origin) == ("GET", "https://docs.example.com")
    assert sent.target == "/openapi.json?v=1"
    assert "authorization" not in {name.lower() for name, _ in sent.headers}
    assert api.publisher.limits == [MAX_FETCHED]


@pytest.mark.parametrize(
    "url",
    [
        "http://docs.example.com/a",
        "https://127.0.0.1/a",
        "https://10.0.0.7/a",
        "https://169.254.169.254/latest/meta-data",
        "https://metadata.google.internal/a",
        "https://inside.example.com/a",
        "https://user@docs.example.com/a",
        "https://docs.example.com",
        "file:///etc/passwd",
        f"https://docs.example.com/{'x' * 500}",
    ],
)
def test_nothing_is_fetched_from_inside_a_network(url: str) -> None:
    api = Api()
    api.names.known = {"inside.example.com": ["10.0.0.7"]}
    answer = api.call("POST", f"{IMPORTS}/preview", {"url": url})
    assert (answer.status, answer.fields) == (422, ["url"])
    assert api.publisher.sent == []


def test_what_the_project_may_not_call_is_not_fetched() -> None:
    api = Api()
    project = next(iter(api.table.projects.values()))
    settings = replace(project.settings, upstream_origins=("https://pets.example.com",))
    api.table.projects[project.id] = replace(project, settings=settings)
    answer = api.call("POST", f"{IMPORTS}/preview", {"url": URL})
    assert (answer.status, answer.fields) == (422, ["url"])
    assert api.publisher.sent == []


def raising(error: Exception) -> ScriptedUpstream:
    def reply(_request: OutboundRequest) -> UpstreamAnswer:
        raise error

    return ScriptedUpstream(reply)


@pytest.mark.parametrize(
    ("gives", "status"),
    [
        (publisher(b"", 302), 502),
        (publisher(b"{", truncated=True), 413),
        (raising(UpstreamUnreachable("x")), 502),
        (raising(UpstreamUncertain("x")), 502),
        (raising(UpstreamForbidden("x")), 422),
    ],
)
def test_a_document_that_does_not_come_is_told(gives: ScriptedUpstream, status: int) -> None:
    api = Api()
    api.publisher = gives
    assert api.call("POST", f"{IMPORTS}/preview", {"url": URL}).status == status


def test_only_the_document_that_was_looked_at_is_imported() -> None:
    api = Api()
    api.publisher = publisher(json.dumps(pets()).encode())
    sha256 = api.call("POST", f"{IMPORTS}/preview", {"url": URL}).json["document"]["sha256"]
    body = {"url": URL, "operations": [LIST], "sha256": sha256}
    api.publisher = publisher(json.dumps(pets(info={"title": "Other"})).encode())
    assert api.call("POST", IMPORTS, body).status == 409
    assert imports(api) == set()
    api.publisher = publisher(json.dumps(pets()).encode())
    assert api.call("POST", IMPORTS, body).status == 200


# --- importing ------------------------------------------------------------------------------------


def test_chosen_operations_become_tools_as_they_were_shown() -> None:
    api = Api()
    shown = {each["name"]: each["tool"] for each in preview(api, pets()).json["operations"]}
    results = imported(api, pets(), READ)
    assert [(each["operation"], each["outcome"]) for each in results] == [(READ, "created")]
    made = tool(api, "read_pet")
    assert {name: made[name] for name in shown["read_pet"]} == shown["read_pet"]
    assert made["imported_from"] == {"document": "Pets", "url": None, "operation": READ}
    assert made["approval"] == "pending"
    assert imports(api) == {"read_pet"}


def test_the_same_import_again_changes_nothing() -> None:
    api = Api()
    imported(api, pets())
    before = tool(api, "read_pet")
    assert becomes(api, pets()) == {LIST: "unchanged", READ: "unchanged"}
    assert {each["outcome"] for each in imported(api, pets())} == {"unchanged"}
    assert tool(api, "read_pet") == before


def test_a_secret_is_sealed_for_each_tool_that_needs_one_and_shown_nowhere() -> None:
    api = Api()
    asked = pets(components=BEARER, security=[{"token": []}])
    refused = imported(api, asked, LIST)
    assert "needs a secret" in refused[0]["reason"]
    results = imported(api, asked, encrypted_auth_secret=SECRET)
    assert {each["outcome"] for each in results} == {"created"}
    assert SECRET not in json.dumps(results)
    assert tool(api, "list_pets")["has_secret"] is True
    before = tool(api, "list_pets")
    imported(api, asked, encrypted_auth_secret="another-secret-altogether")
    assert tool(api, "list_pets") == before


def test_how_calls_are_proven_can_be_chosen_and_is_not_taken_away_by_importing_again() -> None:
    api = Api()
    how = {"auth_strategy": "hmac_signature", "encrypted_auth_secret": SECRET}
    imported(api, pets(), LIST, **how)
    assert tool(api, "list_pets")["auth_strategy"] == "hmac_signature"
    assert becomes(api, pets())[LIST] == "unchanged"
    newer = pets(servers=[{"url": "https://pets.example.com/v2"}])
    assert imported(api, newer, LIST)[0]["outcome"] == "updated"
    made = tool(api, "list_pets")
    assert (made["auth_strategy"], made["has_secret"]) == ("hmac_signature", True)


def newer(**changes: Any) -> dict[str, Any]:
    document = pets(servers=[{"url": "https://pets.example.com/v2"}])
    document["paths"]["/pets"]["get"] |= {"summary": "List all pets", **changes}
    return document


def test_an_import_of_a_newer_document_takes_over_what_changed_and_keeps_what_was_edited() -> None:
    api = Api()
    imported(api, pets())
    edit(api, "list_pets", description="Ours", timeout_seconds=3)
    assert becomes(api, pets()) == {LIST: "edited", READ: "unchanged"}
    shown = preview(api, newer()).json["operations"][0]
    assert (shown["becomes"], shown["edited"]) == ("changed", ["description"])
    assert shown["changed"] == ["description", "endpoint_path"]
    assert shown["tool"]["description"] == "Ours"

    result = imported(api, newer(), LIST)[0]
    assert (result["outcome"], result["changed"]) == ("updated", ["endpoint_path"])
    assert result["kept"] == ["description"]
    made = tool(api, "list_pets")
    assert (made["description"], made["timeout_seconds"]) == ("Ours", 3)
    assert made["endpoint_path"] == "/v2/pets"
    assert made["approval"] == "pending"
    assert becomes(api, newer()) == {LIST: "edited", READ: "changed"}


def test_an_edit_that_the_document_takes_up_is_no_edit_any_more() -> None:
    api = Api()
    imported(api, pets())
    edit(api, "list_pets", description="List all pets")
    assert imported(api, newer(), LIST)[0]["kept"] == []
    again = newer(summary="List every pet")
    assert imported(api, again, LIST)[0]["outcome"] == "updated"
    assert tool(api, "list_pets")["description"] == "List every pet"


def test_where_all_that_changed_was_edited_the_tool_stays_and_is_approved_still() -> None:
    api = Api()
    imported(api, pets())
    edit(api, "list_pets", description="Ours", endpoint_path="/ours")
    made = tool(api, "list_pets")
    path = f"{TOOLS}/{made['id']}/approve"
    assert api.call("POST", path, {"digest": made["digest"]}).status == 200
    assert imported(api, newer(), LIST)[0]["outcome"] == "unchanged"
    assert tool(api, "list_pets")["approval"] == "approved"
    assert becomes(api, newer())[LIST] == "edited"


def test_a_tool_keeps_its_name_when_the_document_renames_its_operation() -> None:
    api = Api()
    imported(api, pets())
    renamed = newer(operationId="all_pets")
    assert imported(api, renamed, LIST)[0]["name"] == "list_pets"
    assert imports(api) == {"list_pets", "read_pet"}


def test_what_the_document_has_no_more_is_told_and_stays() -> None:
    api = Api()
    imported(api, pets())
    shown = preview(api, pets(paths={"/pets": {"get": {}}})).json
    assert [(each["name"], each["operation"]) for each in shown["gone"]] == [("read_pet", READ)]
    assert tool(api, "read_pet")["is_enabled"] is True


def test_a_tool_of_ones_own_or_of_another_document_is_never_touched() -> None:
    api = Api()
    mine = api.tool(name="list_pets")
    imported(api, pets(info={"title": "Other"}), READ)
    assert becomes(api, pets()) == {LIST: "taken", READ: "taken"}
    assert {each["outcome"] for each in imported(api, pets())} == {"refused"}
    assert tool(api, "list_pets")["digest"] == mine["digest"]


def test_a_document_of_another_title_from_the_same_address_is_the_same() -> None:
    api = Api()
    api.publisher = publisher(json.dumps(pets()).encode())
    assert api.call("POST", IMPORTS, {"url": URL, "operations": [LIST]}).status == 200
    api.publisher = publisher(json.dumps(pets(info={"title": "Pets 2"})).encode())
    shown = api.call("POST", f"{IMPORTS}/preview", {"url": URL}).json["operations"][0]
    assert shown["becomes"] == "unchanged"


def test_each_operation_is_written_or_not_by_itself() -> None:
    api = Api()
    api.tool(name="read_pet")
    results = imported(api, pets(), LIST, READ, "GET /nothing", LIST)
    assert [(each["operation"], each["outcome"]) for each in results] == [
        (LIST, "created"),
        (READ, "refused"),
        ("GET /nothing", "refused"),
    ]


def test_a_service_that_fails_is_told_for_its_operation_and_the_next_import_goes_on() -> None:
    api = Api()
    asked = pets(components=BEARER, security=[{"token": []}])
    well = api.sealer.seal

    def unavailable(*_: object) -> None:
        raise Unavailable

    api.sealer.seal = unavailable  # type: ignore[assignment,method-assign]
    results = imported(api, asked, encrypted_auth_secret=SECRET)
    assert {each["outcome"] for each in results} == {"failed"}
    assert imports(api) == set()
    api.sealer.seal = well  # type: ignore[method-assign]
    results = imported(api, asked, encrypted_auth_secret=SECRET)
    assert {each["outcome"] for each in results} == {"created"}


def test_what_there_was_no_time_to_write_is_told_and_the_next_import_goes_on() -> None:
    api = Api()
    clock = iter([0.0, 0.0, 0.0, 0.0, 0.0, 60.0])
    api.monotonic = lambda: next(clock)
    results = imported(api, pets())
    assert [each["outcome"] for each in results] == ["created", "failed"]
    api.monotonic = lambda: 0.0
    assert [each["outcome"] for each in imported(api, pets())] == ["unchanged", "created"]


def test_a_secret_does_not_follow_a_document_to_another_origin() -> None:
    api = Api()
    asked = pets(components=BEARER, security=[{"token": []}])
    imported(api, asked, encrypted_auth_secret=SECRET)
    moved = {**asked, "servers": [{"url": "https://elsewhere.example.com/v1"}]}
    (result,) = imported(api, moved, LIST)
    assert result["outcome"] == "refused"
    assert "another origin" in result["reason"]
    assert tool(api, "list_pets")["base_url"] == "https://pets.example.com"
    (result,) = imported(api, moved, LIST, encrypted_auth_secret=SECRET)
    assert result["outcome"] == "updated"


@pytest.mark.parametrize("count", [0, MAX_CHOSEN + 1])
def test_an_import_is_of_some_operations(count: int) -> None:
    operations = [f"GET /{number}" for number in range(count)]
    body = {"document": json.dumps(pets()), "operations": operations}
    answer = Api().call("POST", IMPORTS, body)
    assert (answer.status, answer.fields) == (422, ["operations"])


def test_a_secret_that_may_stay_is_not_replaced_by_a_later_import() -> None:
    api = Api()
    asked = pets(components=BEARER, security=[{"token": []}])
    imported(api, asked, LIST, encrypted_auth_secret=SECRET)
    moved = {**asked, "servers": [{"url": "https://pets.example.com/v2"}]}
    sealed = list(api.sealer.sealed)
    assert imported(api, moved, LIST, encrypted_auth_secret="another")[0]["outcome"] == "updated"
    assert api.sealer.sealed == sealed
