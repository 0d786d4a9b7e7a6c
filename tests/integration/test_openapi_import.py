"""Importing OpenAPI documents into the deployed template: looked at, chosen, called, repeated."""

import json
from typing import Any

import pytest

from gatehouse.domain.ids import tool_id
from gatehouse.domain.openapi.document import MAX_YAML_BYTES
from gatehouse.edge.rest.openapi_imports import MAX_BODY
from gatehouse.usecases.fetch_document import MAX_FETCHED
from tests.integration.echo import Echo
from tests.integration.world import Json, Tenant, World

pytestmark = pytest.mark.stack

IMPORTS = "/api/v1/openapi-imports"
LIST, READ = "GET /pets", "GET /pets/{id}"
BEARER = {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}}


@pytest.fixture
def owner(world: World) -> Tenant:
    return world.tenant("Importing")


def pets(echo: Echo, *, version: int = 1, **changes: Any) -> Json:
    identifier = {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Pets", "version": str(version)},
        "servers": [{"url": f"{echo.url}/v{version}"}],
        "paths": {
            "/pets": {"get": {"operationId": "list_pets", "summary": f"List, {version}"}},
            "/pets/{id}": {
                "get": {"operationId": "read_pet", "summary": "Read", "parameters": [identifier]}
            },
        },
        **changes,
    }


def imported(owner: Tenant, document: Json, *operations: str, **more: object) -> list[Json]:
    body = {"document": json.dumps(document), "operations": list(operations), **more}
    answer = owner.api("POST", IMPORTS, body)
    assert answer.status_code == 200, answer.text
    results: list[Json] = answer.json()["results"]
    return results


def becomes(owner: Tenant, document: Json) -> list[str]:
    answer = owner.api("POST", f"{IMPORTS}/preview", {"document": json.dumps(document)})
    assert answer.status_code == 200, answer.text
    return [each["becomes"] for each in answer.json()["operations"]]


def test_what_is_pasted_is_looked_at_chosen_imported_and_called(owner: Tenant, echo: Echo) -> None:
    assert becomes(owner, pets(echo)) == ["new", "new"]
    assert owner.listed(owner.api_key) == set()
    (result,) = imported(owner, pets(echo), READ)
    assert result["outcome"] == "created"
    assert owner.listed(owner.api_key) == {"read_pet"}
    said = owner.call(owner.api_key, "read_pet", {"id": "a b"})
    assert said["result"]["isError"] is False
    assert (echo.last().method, echo.last().target) == ("GET", "/v1/pets/a%20b")
    assert becomes(owner, pets(echo)) == ["new", "unchanged"]


def test_a_document_is_read_from_its_address_through_the_guarded_client(
    owner: Tenant, echo: Echo
) -> None:
    echo.documents["/openapi.json"] = json.dumps(pets(echo))
    body = {"url": f"{echo.url}/openapi.json"}
    seen = owner.api("POST", f"{IMPORTS}/preview", body)
    assert seen.status_code == 200, seen.text
    chosen = {**body, "operations": [LIST], "sha256": seen.json()["document"]["sha256"]}
    assert owner.api("POST", IMPORTS, chosen).json()["results"][0]["outcome"] == "created"
    assert "authorization" not in echo.last().headers

    echo.documents["/openapi.json"] = json.dumps(pets(echo, version=2))
    assert owner.api("POST", IMPORTS, chosen).status_code == 409


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.7/openapi.json",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/openapi.json",
        "https://[::1]/openapi.json",
        "http://127.0.0.2/openapi.json",
        "file:///etc/passwd",
    ],
)
def test_no_document_is_read_from_inside_a_network(owner: Tenant, url: str) -> None:
    answer = owner.api("POST", f"{IMPORTS}/preview", {"url": url})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["url"]


def test_no_redirect_is_followed(owner: Tenant, echo: Echo) -> None:
    answer = owner.api("POST", f"{IMPORTS}/preview", {"url": f"{echo.url}/status/302"})
    assert answer.status_code == 502
    assert "answered 302" in answer.json()["detail"]


def test_importing_again_keeps_what_was_edited_and_takes_over_the_rest(
    owner: Tenant, echo: Echo
) -> None:
    imported(owner, pets(echo), LIST, READ)
    path = f"/api/v1/custom-tools/{tool_id('list_pets')}"
    assert owner.api("PATCH", path, {"version": 1, "description": "Ours"}).status_code == 200
    newer = pets(echo, version=2)
    assert becomes(owner, newer) == ["changed", "changed"]
    first, second = imported(owner, newer, LIST, READ)
    assert (first["outcome"], first["kept"]) == ("updated", ["description"])
    assert (second["outcome"], second["kept"]) == ("updated", [])
    made = owner.api("GET", path).json()
    assert (made["description"], made["endpoint_path"]) == ("Ours", "/v2/pets")
    before = made["version"]
    assert {each["outcome"] for each in imported(owner, newer, LIST, READ)} == {"unchanged"}
    assert owner.api("GET", path).json()["version"] == before
    owner.call(owner.api_key, "list_pets")
    assert echo.last().target == "/v2/pets"


def test_a_secret_reaches_the_endpoint_and_no_answer(owner: Tenant, echo: Echo) -> None:
    asked = pets(echo, components=BEARER, security=[{"token": []}])
    assert "needs a secret" in imported(owner, asked, LIST)[0]["reason"]
    secret = owner.journal.note("tool secret", "the-secret-of-an-imported-tool")
    (result,) = imported(owner, asked, LIST, encrypted_auth_secret=secret)
    assert result["outcome"] == "created"
    owner.call(owner.api_key, "list_pets")
    assert echo.last().headers["authorization"] == f"Bearer {secret}"


def test_an_operation_that_takes_a_form_is_sent_one(owner: Tenant, echo: Echo) -> None:
    meta = {"type": "object", "additionalProperties": {"type": "string"}}
    schema = {"properties": {"To": {"type": "string"}, "meta": meta}, "required": ["To"]}
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    operation = {"operationId": "send", "requestBody": {"required": True, "content": content}}
    imported(owner, pets(echo, paths={"/send": {"post": operation}}), "POST /send")
    owner.call(owner.api_key, "send", {"To": "+49 1", "meta": {"a": "b&c=d"}})
    got = echo.last()
    assert got.headers["content-type"] == "application/x-www-form-urlencoded"
    assert got.body == b"To=%2B49%201&meta%5Ba%5D=b%26c%3Dd"


def test_each_operation_is_imported_or_not_by_itself(owner: Tenant, echo: Echo) -> None:
    owner.tool(echo.url, name="list_pets")
    results = imported(owner, pets(echo), LIST, READ, "GET /nothing")
    assert [each["outcome"] for each in results] == ["refused", "created", "refused"]
    assert owner.listed(owner.api_key) == {"list_pets", "read_pet"}


def test_a_project_that_asks_for_approval_offers_what_was_imported_once_it_is_approved(
    owner: Tenant, world: World, echo: Echo
) -> None:
    project = f"/admin/v1/projects/{owner.project_id}"
    asked = {"settings": {"require_approval": True}, "version": 1}
    assert world.admin("PATCH", project, asked).status_code == 200
    imported(owner, pets(echo), LIST)
    assert owner.listed(owner.api_key) == set()
    made = owner.api("GET", f"/api/v1/custom-tools/{tool_id('list_pets')}").json()
    approve = f"/api/v1/custom-tools/{made['id']}/approve"
    assert owner.api("POST", approve, {"digest": made["digest"]}).status_code == 200
    assert owner.listed(owner.api_key) == {"list_pets"}


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "\n".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "aliases"),
        ("openapi: " + "[" * 10_000, "nested too deeply"),
        ('{"openapi": "3.0.0", "x": ' + "[" * 10_000, "nested too deeply"),
        ('{"openapi": "3.0.0", "openapi": "3.1.0"}', "repeats a member"),
        ("!!python/object/apply:os.system [id]", "neither JSON nor YAML"),
    ],
)
def test_a_document_that_would_take_us_down_is_refused_in_words(
    owner: Tenant, text: str, said: str
) -> None:
    answer = owner.api("POST", f"{IMPORTS}/preview", {"document": text})
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["detail"]


def test_a_document_that_is_too_large_is_refused_in_words(owner: Tenant, echo: Echo) -> None:
    preview = f"{IMPORTS}/preview"
    answer = owner.api("POST", preview, {"document": " " * MAX_BODY})
    assert answer.status_code == 413
    assert f"{MAX_BODY} bytes" in answer.json()["detail"]
    echo.documents["/large"] = " " * (MAX_FETCHED + 1)
    answer = owner.api("POST", preview, {"url": f"{echo.url}/large"})
    assert answer.status_code == 413
    assert f"{MAX_FETCHED} bytes" in answer.json()["detail"]
    echo.documents["/yaml"] = "a: " + "x" * MAX_YAML_BYTES
    answer = owner.api("POST", preview, {"url": f"{echo.url}/yaml"})
    assert answer.status_code == 400
    assert "must be JSON" in answer.json()["detail"]


def test_nothing_that_a_document_refers_to_is_fetched(owner: Tenant, echo: Echo) -> None:
    away = {"schema": {"$ref": f"{echo.url}/schema"}}
    body = {"content": {"application/json": away}}
    document = pets(echo, paths={"/pets": {"post": {"requestBody": body}}})
    before = len(echo.received)
    answer = owner.api("POST", f"{IMPORTS}/preview", {"document": json.dumps(document)})
    (operation,) = answer.json()["operations"]
    assert operation["becomes"] == "refused"
    assert "outside of the document" in operation["reason"]
    assert len(echo.received) == before


def test_who_may_not_write_tools_may_not_even_look(owner: Tenant, world: World) -> None:
    made = owner.api("POST", "/api/v1/integrations", {"name": "client", "scopes": ["mcp"]}).json()
    key = world.journal.note("API key", made["api_key"])
    world.journal.shown_once.add(key)
    for path in (IMPORTS, f"{IMPORTS}/preview"):
        answer = owner.api("POST", path, {"url": "https://e.example/a"}, key=key)
        assert answer.status_code == 403
