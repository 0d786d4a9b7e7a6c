"""The document by which a client finds out where credentials come from."""

from dataclasses import replace

import pytest

from tests.unit.mcp.world import PUBLIC, Answer, World

PATHS = ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp")


def asked(world: World, path: str, method: str = "GET", **headers: str) -> Answer:
    return world.send("", path=path, method=method, credential=None, **headers)


@pytest.mark.parametrize("path", PATHS)
def test_both_places_say_the_same_without_a_credential_or_a_read(path: str) -> None:
    world = World()
    answer = asked(world, path)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {
        "resource": f"{PUBLIC}/mcp",
        "authorization_servers": [PUBLIC],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["mcp"],
        "resource_name": "Gatehouse",
    }
    assert world.table.reads == 0


@pytest.mark.parametrize("path", PATHS)
def test_any_page_may_read_it_and_any_cache_keep_it_for_five_minutes(path: str) -> None:
    answer = asked(World(), path, origin="https://somewhere.example")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["x-content-type-options"] == "nosniff"
    preflight = asked(World(), path, method="OPTIONS", origin="https://somewhere.example")
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "mcp-protocol-version" in preflight.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_can_only_be_read(path: str, method: str) -> None:
    answer = asked(World(), path, method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, OPTIONS"


@pytest.mark.parametrize("end", ["/", "/mcp/", "/x", "/../mcp"])
def test_there_are_no_other_places(end: str) -> None:
    assert asked(World(), PATHS[0] + end).status == 404


def test_a_refusal_names_the_document_that_is_there() -> None:
    world = World()
    refused = world.legacy("ping", credential=None)
    assert refused.status == 401
    address = refused.headers["www-authenticate"].split('resource_metadata="')[1].split('"')[0]
    assert asked(world, address.removeprefix(PUBLIC)).json["resource"] == f"{PUBLIC}/mcp"


def test_without_a_public_url_the_apis_own_domain_is_the_origin() -> None:
    world = World()
    world.serve = replace(world.serve, answer=replace(world.door, public_url=lambda: None))
    document = asked(world, PATHS[1], host="evil.example", x_forwarded_host="evil.example").json
    assert document["resource"] == "https://api.example.com/mcp"
