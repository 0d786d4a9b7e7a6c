"""Clients that register themselves, on the deployed template: off, and where it is wanted."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from gatehouse.aws.tables import client_registration_key
from gatehouse.domain.client_registrations import UNUSED_SECONDS, USED_SECONDS
from gatehouse.domain.tiers import Tier
from local.stack import LocalStack
from tests.events import form_event, from_address, http_event
from tests.integration.handlers import Handler, handler
from tests.integration.oauth_answers import error
from tests.integration.sign_ins import REDIRECT_URI, SignIns, challenge_of
from tests.integration.world import Json

pytestmark = pytest.mark.stack

ASKED: Json = {"redirect_uris": [REDIRECT_URI], "client_name": "Editor"}
ON = {"DYNAMIC_CLIENT_REGISTRATION": "true"}
LIMITED = "203.0.113.7"


@pytest.fixture(scope="module")
def wanted(stack: LocalStack) -> Iterator[Handler]:
    """The token function of a deployment that wants it."""
    with handler(stack, "token", CLOCK_MS=str(int(time.time() * 1000)), **ON) as running:
        yield running


def registering(document: object, source_ip: str = "203.0.113.1") -> Json:
    kind = {"content-type": "application/json"}
    event = http_event("POST", "/oauth/register", headers=kind, body=json.dumps(document))
    return from_address(source_ip, event)


def body(answer: Mapping[str, str]) -> Json:
    found: Json = json.loads(answer["body"])
    return found


def test_it_is_off_where_nobody_asked_for_it(sign_ins: SignIns) -> None:
    answer = sign_ins.tenant.http.post("/oauth/register", json=ASKED)
    assert error(answer) == (403, "access_denied")
    assert sign_ins.tenant.http.get("/oauth/register").status_code == 405


def test_where_it_is_wanted_the_metadata_say_so(wanted: Handler, sign_ins: SignIns) -> None:
    found = body(wanted.answer(http_event("GET", "/.well-known/oauth-authorization-server")))
    assert found["registration_endpoint"] == f"{sign_ins.origin}/oauth/register"


def allow(sign_ins: SignIns, *, strangers: bool) -> None:
    """Say whether the integration lets in clients of no project."""
    sign_ins.dynamodb.update_item(
        TableName=sign_ins.authority,
        Key={
            "PK": {"S": f"P#{sign_ins.tenant.project_id}"},
            "SK": {"S": f"INT#{sign_ins.tenant.integration_id}"},
        },
        UpdateExpression="SET allow_metadata_clients = :allowed",
        ExpressionAttributeValues={":allowed": {"BOOL": strangers}},
    )


def forgotten_at(sign_ins: SignIns, client_id: str) -> int:
    found = sign_ins.dynamodb.get_item(
        TableName=sign_ins.activity, Key=client_registration_key(client_id), ConsistentRead=True
    )
    return int(found["Item"]["ttl"]["N"])


def test_a_client_registers_signs_somebody_in_and_ends_where_the_project_says_so(
    wanted: Handler, sign_ins: SignIns
) -> None:
    answer = wanted.answer(registering(ASKED))
    assert (answer["statusCode"], answer["headers"]["cache-control"]) == (201, "no-store")
    made = body(answer)
    assert made.keys().isdisjoint({"client_secret", "registration_access_token"})
    client_id = made["client_id"]
    assert forgotten_at(sign_ins, client_id) - made["client_id_issued_at"] == UNUSED_SECONDS

    allow(sign_ins, strangers=True)
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": sign_ins.code(sign_ins.grant(client_id=client_id)),
        "redirect_uri": REDIRECT_URI,
        "code_verifier": sign_ins.verifier,
    }
    # Where it is off, the client is unknown: nothing is used up.
    assert error(sign_ins.post(form, path="/oauth/token")) == (401, "invalid_client")
    answer = wanted.answer(form_event("/oauth/token", form))
    assert answer["statusCode"] == 200, answer
    tokens = body(answer)
    for name in ("access_token", "refresh_token"):
        sign_ins.tenant.journal.note(name, tokens[name])
    assert forgotten_at(sign_ins, client_id) - made["client_id_issued_at"] >= USED_SECONDS

    assert sign_ins.ping(tokens["access_token"]) == 200
    allow(sign_ins, strangers=False)
    assert sign_ins.ping(tokens["access_token"]) == 401
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = wanted.answer(form_event("/oauth/token", {**again, "client_id": client_id}))
    assert (answer["statusCode"], body(answer)["error"]) == (400, "invalid_grant")
    allow(sign_ins, strangers=True)
    assert sign_ins.ping(tokens["access_token"]) == 401


def test_a_client_at_its_own_address_ends_where_the_project_says_so_too(
    sign_ins: SignIns,
) -> None:
    client_id = "https://app.example/client.json"
    allow(sign_ins, strangers=True)
    grant = replace(sign_ins.grant(), client_id=client_id)
    answer = sign_ins.redeem(sign_ins.code(grant), client_id=client_id)
    token = sign_ins.noted(answer)["access_token"]
    assert sign_ins.ping(token) == 200
    allow(sign_ins, strangers=False)
    assert sign_ins.ping(token) == 401


def test_signing_in_knows_such_clients_exactly_where_they_are_wanted(
    wanted: Handler, stack: LocalStack, sign_ins: SignIns
) -> None:
    client_id = body(wanted.answer(registering(ASKED)))["client_id"]
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": REDIRECT_URI,
        "code_challenge": challenge_of(sign_ins.verifier),
        "code_challenge_method": "S256",
        "scope": "mcp",
        "resource": f"{sign_ins.origin}/mcp",
        "state": "s",
    }
    come = http_event("GET", "/oauth/authorize", query=urlencode(query))
    elsewhere = urlencode({**query, "redirect_uri": "https://elsewhere.example/cb"})
    with handler(stack, "signin", **ON) as known:
        assert known.answer(come)["statusCode"] in {302, 303}
        strayed = known.answer(http_event("GET", "/oauth/authorize", query=elsewhere))
        assert strayed["statusCode"] == 400
        assert "location" not in strayed["headers"]
    with handler(stack, "signin") as unknown:
        assert unknown.answer(come)["statusCode"] == 400


def test_exactly_so_many_register_from_one_address(wanted: Handler) -> None:
    amount = Tier.REGISTER.per_minute
    events = [registering(ASKED if n % 2 else {}, LIMITED) for n in range(amount + 5)]
    statuses = [answer["statusCode"] for answer in wanted.answers(events)]
    assert statuses == [400, 201] * (amount // 2) + [429] * 5
    assert wanted.answer(registering(ASKED))["statusCode"] == 201
