"""Session tokens on the deployed template: what is exchanged, and what is refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.world import Tenant, World, bearer

pytestmark = pytest.mark.stack


def test_an_assertion_is_good_once_even_in_parallel(tenant: Tenant) -> None:
    body = {"member_assertion": tenant.assertion("user-1")}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: tenant.exchange(body), range(8)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200] + [401] * 7


def test_the_answer_is_tengines(tenant: Tenant) -> None:
    answer = tenant.exchange({"member_assertion": tenant.assertion("user-1")})
    body = answer.json()
    tenant.journal.shown_once.add(tenant.journal.note("session token", body["token"]))
    assert body.keys() == {"token", "expires_in_minutes", "token_type"}
    assert body["token"].startswith("tng_mst_")
    assert (body["expires_in_minutes"], body["token_type"]) == (15, "Bearer")
    assert answer.headers["cache-control"] == "no-store"


def test_a_long_assertion_is_warned_of_and_a_longer_one_refused(tenant: Tenant) -> None:
    warned = tenant.exchange({"member_assertion": tenant.assertion("user-1", lifetime=90)})
    assert warned.status_code == 200
    tenant.journal.shown_once.add(tenant.journal.note("session token", warned.json()["token"]))
    assert "warning" in warned.headers
    refused = tenant.exchange({"member_assertion": tenant.assertion("user-1", lifetime=121)})
    assert refused.status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({}, 400, "Provide member_assertion or member_external_id"),
        ({"member_assertion": "x"}, 401, "Invalid member assertion"),
        (
            {"member_external_id": "user-1"},
            403,
            "member_external_id mode disabled in production",
        ),
    ],
)
def test_refusals_keep_tengines_sentences(
    tenant: Tenant, body: dict[str, str], status: int, detail: str
) -> None:
    answer = tenant.exchange(body)
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_another_projects_assertion_is_refused(world: World, tenant: Tenant) -> None:
    other = world.tenant("Other")
    refused = tenant.exchange({"member_assertion": other.assertion("user-1")})
    assert refused.status_code == 401
    assert refused.json()["detail"] == "Invalid member assertion"


def test_scopes_decide_what_a_key_may_do(world: World) -> None:
    lister = world.tenant(scopes=["mcp"])
    assert lister.rpc(lister.api_key, "tools/list").status_code == 200
    for answer in (
        lister.api("GET", "/api/v1/custom-tools"),
        lister.exchange({"member_assertion": "x"}),
    ):
        assert answer.status_code == 403
        assert any(scope in answer.json()["detail"] for scope in ("manage", "exchange"))
    manager = world.tenant(scopes=["manage"])
    refused = manager.rpc(manager.api_key, "tools/list")
    assert refused.status_code == 403
    assert "mcp" in refused.text
    wider = manager.api("POST", "/api/v1/integrations", {"name": "wider", "scopes": ["mcp"]})
    assert wider.status_code == 403


@pytest.mark.parametrize(
    "credential",
    ["x", "tengine_" + "0" * 45, "tng_mst_a.b.c", "tengine_Proj0001"],
)
def test_what_is_no_credential_gets_one_answer(tenant: Tenant, credential: str) -> None:
    answer = tenant.http.post(
        "/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers=bearer(credential)
    )
    known = tenant.http.post(
        "/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "ping"},
        headers=bearer(tenant.api_key[:-29] + "A" * 29),
    )
    assert (answer.status_code, answer.text) == (known.status_code, known.text)
    assert answer.status_code == 401
