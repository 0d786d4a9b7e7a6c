"""Looking at a tool before it is stored: its request and its digest, and nothing else happens."""

from typing import Any

import pytest

from tests.rest import SECRET, Answer, Api

TOOL: dict[str, Any] = {
    "name": "find_order",
    "description": "Find an order.",
    "input_schema": {
        "type": "object",
        "properties": {"id": {"type": "string"}},
        "required": ["id"],
        "additionalProperties": False,
    },
    "base_url": "https://crm.example.com",
    "http_method": "GET",
    "endpoint_path": "/orders/{id}",
    "auth_strategy": "static_bearer",
}


def preview(api: Api, **changes: Any) -> Answer:
    return api.call("POST", "/api/v1/custom-tools/preview", {**TOOL, **changes})


def test_the_request_is_shown_and_nothing_is_stored_sealed_or_sent() -> None:
    api = Api()
    before = dict(api.table.tools)
    shown = preview(api, arguments={"id": "7"}, encrypted_auth_secret=SECRET)
    assert (shown.status, shown.json["request"]["url"]) == (200, "https://crm.example.com/orders/7")
    assert SECRET not in shown.text
    assert api.table.tools == before
    assert api.dispatcher.asked == []


def test_without_arguments_some_are_made_of_the_schema() -> None:
    shown = preview(Api()).json
    assert shown["arguments"] == {"id": "preflight"}
    assert shown["request"]["url"].endswith("/orders/preflight")


def test_the_digest_is_that_which_the_tool_then_has() -> None:
    api = Api()
    made = api.call("POST", "/api/v1/custom-tools", {**TOOL, "encrypted_auth_secret": SECRET})
    assert preview(api).json["digest"] == made.json["digest"]
    assert preview(api, description="Another.").json["digest"] != made.json["digest"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"endpoint_path": "no path"}, "endpoint_path"),
        ({"base_url": "ftp://crm.example.com"}, "base_url"),
        (
            {"input_schema": {"type": "object", "properties": {"id": {"type": "no"}}}},
            "input_schema",
        ),
        ({"arguments": {"id": 7}}, "arguments"),
    ],
)
def test_what_breaks_a_rule_is_named_as_if_it_were_saved(
    changes: dict[str, Any], field: str
) -> None:
    refused = preview(Api(), **changes)
    assert (refused.status, set(refused.fields)) == (422, {field})
