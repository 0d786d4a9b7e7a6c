"""Integrations through the API: who may create what, and what a deletion ends."""

from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.projects import Scope
from tests.rest import Api
from tests.samples import API_KEY, INTEGRATION, INTEGRATION_ID, PROJECT_ID

INTEGRATIONS = "/api/v1/integrations"


def create(api: Api, token: str = API_KEY, **body: object) -> Any:
    answer = api.call("POST", INTEGRATIONS, {"name": "child", **body}, token=token)
    assert answer.status == 201, answer.text
    return answer.json


def works(api: Api, key: str) -> bool:
    return api.call("GET", "/api/v1/project", token=key).status == 200


def test_a_key_creates_another_with_scopes_it_holds() -> None:
    api = Api()
    made = create(api, scopes=["mcp"], environment="staging")
    assert (made["scopes"], made["environment"], made["created_by"]) == (
        ["mcp"],
        "staging",
        INTEGRATION_ID,
    )
    assert works(api, made["api_key"])


@pytest.mark.parametrize("missing", [Scope.MCP, Scope.EXCHANGE])
def test_nobody_gives_a_scope_that_they_do_not_hold(missing: Scope) -> None:
    api = Api()
    held = INTEGRATION.scopes - {missing}
    api.table.integrations[PROJECT_ID, INTEGRATION_ID] = replace(INTEGRATION, scopes=held)
    refused = api.call("POST", INTEGRATIONS, {"name": "x", "scopes": sorted(INTEGRATION.scopes)})
    assert refused.status == 403
    assert refused.json["detail"] == f"This API key lacks the scope '{missing}'"
    assert len(api.table.integrations) == 1
    assert create(api)["scopes"] == sorted(held)


@pytest.mark.parametrize(
    "body",
    [
        {"scopes": []},
        {"scopes": ["admin"]},
        {"scopes": "mcp"},
        {"scopes": None, "name": ""},
        {"name": 1},
        {"environment": ""},
        {"created_by": "admin"},
        {"id": "Integ001"},
        {"key_digest": "0" * 64},
        {"project_id": "Other001"},
        {"api_key": "tengine_x"},
    ],
)
def test_wrong_and_foreign_fields_are_refused(body: dict[str, object]) -> None:
    api = Api()
    answer = api.call("POST", INTEGRATIONS, {"name": "x", **body})
    assert answer.status == 422
    assert len(api.table.integrations) == 1


def test_a_deleted_integrations_key_is_refused_at_once() -> None:
    api = Api()
    made = create(api)
    assert api.call("DELETE", f"{INTEGRATIONS}/{made['id']}").status == 204
    assert not works(api, made["api_key"])
    assert api.call("DELETE", f"{INTEGRATIONS}/{made['id']}").status == 404


def test_a_deletion_leaves_offspring_unless_it_cascades() -> None:
    api = Api()
    child = create(api)
    grandchild = create(api, token=child["api_key"])
    sibling = create(api)
    assert api.call("DELETE", f"{INTEGRATIONS}/{child['id']}").status == 204
    assert works(api, grandchild["api_key"])
    # A cascade that finds its start gone still ends what came of it.
    assert api.call("DELETE", f"{INTEGRATIONS}/{child['id']}", query="cascade=true").status == 204
    assert not works(api, grandchild["api_key"])
    assert works(api, sibling["api_key"])


def test_a_cascade_ends_all_generations_and_nobody_else() -> None:
    api = Api()
    child = create(api)
    grandchild = create(api, token=child["api_key"])
    last = create(api, token=grandchild["api_key"])
    sibling = create(api)
    assert api.call("DELETE", f"{INTEGRATIONS}/{child['id']}", query="cascade=true").status == 204
    assert [works(api, made["api_key"]) for made in (child, grandchild, last, sibling)] == [
        False,
        False,
        False,
        True,
    ]


def test_another_projects_integration_reads_as_absent() -> None:
    api = Api()
    theirs = replace(INTEGRATION, project_id="Other001", id="Theirs01")
    api.table.integrations["Other001", "Theirs01"] = theirs
    for query in ("", "cascade=true"):
        foreign = api.call("DELETE", f"{INTEGRATIONS}/Theirs01", query=query)
        absent = api.call("DELETE", f"{INTEGRATIONS}/Nobody00", query=query)
        assert foreign.status == absent.status == 404
        assert foreign.json | {"request_id": ""} == absent.json | {"request_id": ""}
    assert api.table.integrations["Other001", "Theirs01"] == theirs
    assert "Theirs01" not in api.call("GET", INTEGRATIONS).text
