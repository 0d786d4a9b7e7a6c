"""The published document is the one that the table of routes makes, and it is sound."""

import json
from pathlib import Path
from typing import Any

from gatehouse.edge.rest.openapi import document
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import Access

PUBLISHED = Path(__file__).parents[3] / "docs" / "openapi.json"


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    if isinstance(value, list):
        return set().union(*map(references, value))
    return set()


def test_the_published_document_is_fresh() -> None:
    assert json.loads(PUBLISHED.read_text()) == document(), "run `make openapi`"


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/schemas/{name}" for name in document()["components"]["schemas"]}
    assert references(document()) <= known


def test_every_route_is_described_with_its_scope_and_refusals() -> None:
    paths = document()["paths"]
    for route in ROUTES:
        operation = paths[route.path][route.method.lower()]
        assert operation["x-access"] == route.access
        assert bool(operation["security"]) == (route.access is not Access.PUBLIC)
        assert str(route.status) in operation["responses"]
        assert ("401" in operation["responses"]) == (route.access is not Access.PUBLIC)


def test_operations_have_names_of_their_own() -> None:
    operations = [o["operationId"] for p in document()["paths"].values() for o in p.values()]
    assert len(set(operations)) == len(operations)
