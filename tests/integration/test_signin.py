"""Signing in, on the deployed template: who is let in, by what, and for how long."""

import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gatehouse.aws.people_items import invitation_item
from gatehouse.aws.tables import invitation_list_key
from gatehouse.domain import family_tokens
from gatehouse.domain.people import Invitation
from gatehouse.domain.roles import Role
from gatehouse.domain.sign_ins import digest, new_invitation
from local.stack import LocalStack
from tests.integration.browsing import Browsing, inputs, query_of, text_of
from tests.integration.provider import Provider, person, providing
from tests.integration.world import Json, Tenant, World

pytestmark = pytest.mark.stack

SESSION = "__Host-gatehouse_session"
BINDING = "__Host-gatehouse_txn"
ADMIN = person("admin-1", "Admin@Example.com")


@pytest.fixture(scope="module")
def provider(stack: LocalStack) -> Iterator[Provider]:
    """Two providers of the deployment, which are one and the same server."""
    with providing() as serving:
        listed = [serving.listed("company"), serving.listed("partner")]
        stack.client("secretsmanager").put_secret_value(
            SecretId=stack.outputs["OidcProvidersSecret"],
            SecretString=json.dumps({"providers": listed}),
        )
        yield serving


@pytest.fixture
def browser(stack: LocalStack, provider: Provider) -> Browsing:
    provider.sign_in_next(ADMIN)
    return Browsing(stack.api_url)


def sign_in(
    browser: Browsing, provider: Provider, who: Json, *, at: str = "company", query: str = ""
) -> httpx.Response:
    provider.sign_in_next(who)
    return browser.follow(browser.get(f"/signin/{at}{query}"))


def callback_of(browser: Browsing, *, at: str = "company", query: str = "") -> str:
    """Go to the provider and stop where it sends the browser back."""
    answer = browser.follow(browser.get(f"/signin/{at}{query}"), until="/signin/callback/")
    return str(answer.headers["location"])


def somebody() -> Json:
    name = secrets.token_hex(4)
    return person(f"s-{name}", f"{name}@example.com")


def invite(stack: LocalStack, **changes: Any) -> str:
    """Hand out an invitation, as management does."""
    text = new_invitation(secrets.randbelow)
    now = int(time.time())
    invitation = Invitation(
        **{
            "digest": digest(text),
            "project_id": None,
            "role": None,
            "email": None,
            "invited_by": "user:u0",
            "created_at": now,
            "expires_at": now + 600,
            **changes,
        }
    )
    dynamodb, table = stack.client("dynamodb"), stack.outputs["AuthorityTable"]
    item = invitation_item(invitation)
    dynamodb.put_item(TableName=table, Item=item)
    if invitation.project_id:
        listed = invitation_list_key(invitation.project_id, invitation.digest)
        dynamodb.put_item(TableName=table, Item={**item, **listed})
    return text


# --- who comes in ---------------------------------------------------------------------------------


def test_an_administrators_first_sign_in_makes_one(browser: Browsing, provider: Provider) -> None:
    page = browser.get("/signin")
    assert "Continue with Company company" in page.text
    answer = sign_in(browser, provider, ADMIN)
    assert "You are signed in" in answer.text
    assert "Administrator of this deployment" in answer.text
    me = browser.get("/me").json()
    assert (me["email"], me["is_admin"], me["name"]) == ("admin@example.com", True, "admin-1")


def test_who_has_no_account_and_no_invitation_is_told_so_and_leaves_no_trace(
    browser: Browsing, provider: Provider, stack: LocalStack
) -> None:
    stranger = somebody()
    answer = sign_in(browser, provider, stranger)
    assert answer.status_code == 403
    assert "You have no account here, and nothing was stored about you" in text_of(answer)
    assert SESSION not in browser.cookies
    table = stack.outputs["AuthorityTable"]
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    assert not any(stranger["sub"] in json.dumps(page["Items"], default=str) for page in pages)


def test_an_invitation_lets_in_once_with_the_role_it_gives(
    browser: Browsing, provider: Provider, stack: LocalStack, tenant: Tenant
) -> None:
    text = invite(stack, project_id=tenant.project_id, role=Role.EDITOR)
    assert "You were invited" in browser.get(f"/signin?invitation={text}").text
    answer = sign_in(browser, provider, somebody(), query=f"?invitation={text}")
    assert "You are signed in" in answer.text
    me = browser.get("/me").json()
    key = {"PK": {"S": f"P#{tenant.project_id}"}, "SK": {"S": f"ROLE#{me['id']}"}}
    dynamodb = stack.client("dynamodb")
    role = dynamodb.get_item(TableName=stack.outputs["AuthorityTable"], Key=key)["Item"]
    assert role["role"] == {"S": "editor"}
    again = sign_in(Browsing(stack.api_url), provider, somebody(), query=f"?invitation={text}")
    assert again.status_code == 403
    assert "This invitation cannot be used" in text_of(again)


@pytest.mark.parametrize("changes", [{"email": "other@example.com"}, {"expires_at": 1}])
def test_an_invitation_for_another_address_or_over_lets_nobody_in(
    browser: Browsing, provider: Provider, stack: LocalStack, changes: Json
) -> None:
    text = invite(stack, **changes)
    answer = sign_in(browser, provider, somebody(), query=f"?invitation={text}")
    assert answer.status_code == 403
    assert SESSION not in browser.cookies


@pytest.mark.parametrize("verified", [False, "true", 1, None])
def test_an_address_that_is_not_verified_is_nobodys(
    browser: Browsing, provider: Provider, verified: object
) -> None:
    answer = sign_in(browser, provider, {**ADMIN, "sub": "admin-x", "email_verified": verified})
    assert answer.status_code == 404
    assert "did not confirm an e-mail address" in text_of(answer)
    assert SESSION not in browser.cookies


def test_the_address_of_an_account_opens_nothing_with_another_provider(
    browser: Browsing, provider: Provider, stack: LocalStack
) -> None:
    sign_in(browser, provider, ADMIN)
    stranger = Browsing(stack.api_url)
    answer = sign_in(stranger, provider, {**ADMIN, "sub": "admin-2"}, at="partner")
    assert answer.status_code == 403
    assert "Accounts are never joined by address" in text_of(answer)
    assert SESSION not in stranger.cookies


def test_what_is_not_in_the_id_token_is_asked_of_userinfo(
    browser: Browsing, provider: Provider
) -> None:
    provider.sign_in_next(ADMIN)
    provider.is_lean = True
    assert "You are signed in" in browser.follow(browser.get("/signin/company")).text


def test_userinfo_about_somebody_else_is_refused(browser: Browsing, provider: Provider) -> None:
    provider.is_lean, provider.userinfo = True, {"sub": "somebody-else"}
    assert browser.follow(browser.get("/signin/company")).status_code == 403
    assert SESSION not in browser.cookies


# --- what does not hold ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://another.example"},
        {"aud": "another-client"},
        {"aud": ["gatehouse", "another"]},
        {"azp": "another"},
        {"exp": 1},
        {"iat": 1},
        {"sub": ""},
    ],
    ids=repr,
)
def test_an_id_token_for_anything_but_this_sign_in_is_refused(
    browser: Browsing, provider: Provider, claims: Json
) -> None:
    provider.claims = claims
    answer = browser.follow(browser.get("/signin/company"))
    assert answer.status_code == 403
    assert "This sign-in cannot be completed" in text_of(answer)
    assert SESSION not in browser.cookies


def test_an_id_token_under_another_key_is_refused(browser: Browsing, provider: Provider) -> None:
    with providing() as other:
        provider.signs_with = other.key
        assert browser.follow(browser.get("/signin/company")).status_code == 403
    assert SESSION not in browser.cookies


def test_an_answer_is_good_once(browser: Browsing, provider: Provider) -> None:
    callback = callback_of(browser)
    assert browser.get(callback).status_code == 303
    before = browser.cookies[SESSION]
    browser.cookies[BINDING] = "b" * 43
    assert browser.get(callback).status_code == 403
    assert browser.cookies[SESSION] == before
    assert len(provider.redeemed) == len(set(provider.redeemed))


def test_an_answer_is_good_in_the_browser_that_left_and_not_used_up_by_others(
    browser: Browsing, stack: LocalStack
) -> None:
    callback = callback_of(browser)
    thief = Browsing(stack.api_url, cookies={BINDING: "t" * 43})
    assert thief.get(callback).status_code == 403
    assert SESSION not in thief.cookies
    assert browser.get(callback).status_code == 303
    assert SESSION in browser.cookies


def test_an_answer_with_a_state_of_another_departure_is_refused(browser: Browsing) -> None:
    callback = callback_of(browser)
    forged = callback.replace(query_of(callback)["state"], "x" * 43)
    assert browser.get(forged).status_code == 403
    assert browser.get(callback.split("?")[0]).status_code == 403
    assert SESSION not in browser.cookies


def test_the_states_of_two_departures_cannot_be_swapped(browser: Browsing) -> None:
    first = query_of(callback_of(browser))
    second = query_of(callback_of(browser))
    swapped = f"/signin/callback/company?code={first['code']}&state={second['state']}"
    assert browser.get(swapped).status_code == 403  # verifier and nonce are the other departure's
    assert SESSION not in browser.cookies


def test_an_answer_to_another_providers_callback_is_refused(browser: Browsing) -> None:
    callback = callback_of(browser)
    assert browser.get(callback.replace("/company", "/partner")).status_code == 403
    assert browser.get(callback).status_code == 303


@pytest.mark.parametrize("issuer", ["https://another.example", ""])
def test_an_answer_that_names_another_issuer_is_refused(
    browser: Browsing, provider: Provider, issuer: str
) -> None:
    provider.answer = {"iss": issuer}
    assert browser.follow(browser.get("/signin/company")).status_code == 403
    provider.sign_in_next(ADMIN)
    provider.answer = {"iss": provider.issuer}
    assert browser.follow(browser.get("/signin/company")).status_code == 200


def test_a_providers_refusal_is_told_and_lets_nobody_in(
    browser: Browsing, provider: Provider
) -> None:
    provider.answer = {"code": None, "error": "access_denied", "error_description": "<b>no</b>"}
    answer = browser.follow(browser.get("/signin/company"))
    assert answer.status_code == 403
    assert "Your provider did not sign you in" in text_of(answer)
    assert "<b>no" not in answer.text


@pytest.mark.parametrize(
    "path", ["/signin/nobody", "/signin/..", "/signin/company/x", "/signin/callback/nobody?state=s"]
)
def test_there_are_no_other_providers(browser: Browsing, path: str) -> None:
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["?next=https://evil.example", "?request=//evil.example", "?invitation=https://evil.example"],
)
def test_nobody_is_sent_anywhere_that_a_link_names(browser: Browsing, query: str) -> None:
    answer = browser.get(f"/signin/company{query}")
    location = answer.headers.get("location", "")
    assert "evil.example" not in location
    assert "evil.example" not in answer.text


# --- sessions -------------------------------------------------------------------------------------


def test_each_sign_in_begins_a_new_session_and_ends_the_one_before(
    browser: Browsing, provider: Provider, stack: LocalStack
) -> None:
    sign_in(browser, provider, ADMIN)
    first = browser.cookies[SESSION]
    sign_in(browser, provider, ADMIN)
    assert browser.cookies[SESSION] != first
    old = Browsing(stack.api_url, cookies={SESSION: first})
    assert old.get("/me").status_code == 401


def test_a_session_that_somebody_else_chose_is_never_taken_over(
    browser: Browsing, provider: Provider
) -> None:
    planted = "gcs_" + "0" * 53
    browser.cookies[SESSION] = planted
    sign_in(browser, provider, ADMIN)
    assert browser.cookies[SESSION] != planted


@pytest.mark.parametrize("change", ["secret", "id", "kind"])
def test_a_cookie_that_was_not_given_out_proves_nothing(
    browser: Browsing, provider: Provider, change: str
) -> None:
    sign_in(browser, provider, ADMIN)
    cookie = browser.cookies[SESSION]
    swapped = {  # well-formed, each of them
        "secret": family_tokens.new_token(family_tokens.COOKIE, cookie[4:20], secrets.randbelow),
        "id": family_tokens.new_token(family_tokens.COOKIE, "0" * 16, secrets.randbelow),
        "kind": family_tokens.new_token(family_tokens.REFRESH, cookie[4:20], secrets.randbelow),
    }
    browser.cookies[SESSION] = swapped[change]
    assert browser.get("/me").status_code == 401


def test_signing_out_ends_the_session_for_good(
    browser: Browsing, provider: Provider, stack: LocalStack
) -> None:
    account = sign_in(browser, provider, ADMIN)
    cookie = browser.cookies[SESSION]
    answer = browser.post("/signout", inputs(account))
    assert answer.status_code == 303
    assert answer.headers["clear-site-data"] == '"cookies", "storage"'
    assert SESSION not in browser.cookies
    assert Browsing(stack.api_url, cookies={SESSION: cookie}).get("/me").status_code == 401


@pytest.mark.parametrize("page_of", ["https://evil.example", "null", ""])
def test_no_page_of_another_site_signs_anybody_out(
    browser: Browsing, provider: Provider, page_of: str
) -> None:
    account = sign_in(browser, provider, ADMIN)
    assert browser.post("/signout", inputs(account), page_of=page_of).status_code == 403
    assert browser.get("/me").status_code == 200


@pytest.mark.parametrize("form", [{"other": "x"}, {"csrf": "0" * 64}])
def test_no_form_without_its_token_signs_anybody_out(
    browser: Browsing, provider: Provider, form: dict[str, str]
) -> None:
    sign_in(browser, provider, ADMIN)
    assert browser.post("/signout", form).status_code == 403
    assert browser.get("/me").status_code == 200


def test_somebodys_sessions_are_listed_and_ended_by_them_alone(
    browser: Browsing, provider: Provider, stack: LocalStack
) -> None:
    sign_in(browser, provider, ADMIN)
    phone = Browsing(stack.api_url)
    sign_in(phone, provider, ADMIN)
    listed = browser.get("/me/sessions").json()["items"]
    mine = next(each["id"] for each in listed if each["is_this"])
    theirs = phone.get("/me").json()["session_id"]
    assert {mine, theirs} <= {each["id"] for each in listed}
    other = Browsing(stack.api_url)
    invitation = invite(stack)
    sign_in(other, provider, somebody(), query=f"?invitation={invitation}")
    assert other.delete(f"/me/sessions/{theirs}").status_code == 404
    assert (
        browser.delete(f"/me/sessions/{theirs}", page_of="https://evil.example").status_code == 403
    )
    assert phone.get("/me").status_code == 200
    assert browser.delete(f"/me/sessions/{theirs}").status_code == 204
    assert phone.get("/me").status_code == 401
    assert browser.delete(f"/me/sessions/{mine}").status_code == 204
    assert SESSION not in browser.cookies


def test_a_deactivated_account_holds_no_session_and_gets_none(
    browser: Browsing, provider: Provider, stack: LocalStack
) -> None:
    who = somebody()
    sign_in(browser, provider, who, query=f"?invitation={invite(stack)}")
    user_id = browser.get("/me").json()["id"]
    stack.client("dynamodb").update_item(
        TableName=stack.outputs["AuthorityTable"],
        Key={"PK": {"S": f"USER#{user_id}"}, "SK": {"S": "USER"}},
        UpdateExpression="SET is_active = :no",
        ExpressionAttributeValues={":no": {"BOOL": False}},
    )
    assert browser.get("/me").status_code == 401
    answer = sign_in(browser, provider, who)
    assert answer.status_code == 403
    assert "Your account is not active" in text_of(answer)


# --- what every answer has ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example"),
        ("x-original-url", "/me"),
    ],
)
def test_no_header_moves_where_people_are_sent_back_to(
    browser: Browsing, stack: LocalStack, header: str, value: str
) -> None:
    answer = browser.get("/signin/company", **{header: value})
    asked = query_of(answer.headers["location"])
    assert asked["redirect_uri"] == f"{stack.api_url}/signin/callback/company"
    assert asked["code_challenge_method"] == "S256"


def test_another_host_is_not_answered(stack: LocalStack) -> None:
    answer = httpx.get(f"{stack.api_url}/signin", headers={"host": "evil.example"})
    assert answer.status_code in {403, 421}


def test_the_stylesheet_is_named_by_its_content_and_kept(browser: Browsing) -> None:
    page = browser.get("/signin")
    path = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    style = browser.get(path)
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert style.headers["cache-control"].endswith("immutable")
    assert hashlib.sha256(style.content).hexdigest()[:16] in path
    assert "<style" not in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/signin"), ("GET", "/signout"), ("PUT", "/me")]
)
def test_a_path_takes_its_methods_and_no_other(stack: LocalStack, method: str, path: str) -> None:
    answer = httpx.request(method, stack.api_url + path)
    assert answer.status_code == 405
    assert answer.headers["allow"]


def test_sign_ins_are_recorded_without_secrets(
    browser: Browsing, stack: LocalStack, world: World
) -> None:
    callback = query_of(address := callback_of(browser))
    browser.get(address)
    secret = {
        "session cookie": browser.cookies[SESSION],
        "state": callback["state"],
        "code": callback["code"],
    }
    for what, text in secret.items():
        world.journal.note(what, text)
    table = stack.outputs["ActivityTable"]
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    items = [item for each in pages for item in each["Items"]]
    lines = [item for item in items if item["PK"]["S"].startswith("SIGNIN#")]
    assert {"signed_in", "not_genuine", "no_account"} <= {i["outcome"]["S"] for i in lines}
    assert all("ttl" in item and item["source_ip"]["S"] == "127.0.0.1" for item in lines)
    kept = json.dumps(items, default=str)
    assert not [what for what, text in secret.items() if text in kept]
