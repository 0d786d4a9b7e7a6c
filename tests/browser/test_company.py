"""The provider of these tests is a real one: what it refuses would be refused anywhere."""

import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from playwright.sync_api import Browser

from tests.browser.chromium import page_of, sign_in_at_company
from tests.browser.company import CLIENT_ID, CLIENT_SECRET, company

BACK = "http://127.0.0.1:9/signin/callback/company"


def test_somebody_who_signs_in_is_sent_back_with_a_code_that_buys_an_id_token(
    browser: Browser,
) -> None:
    verifier = secrets.token_urlsafe(32)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid email profile",
        "state": "s",
        "nonce": "n",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    with company([BACK]) as provider:
        page = page_of(browser)
        page.route(f"{BACK}**", lambda route: route.fulfill(body="back"))
        page.goto(f"{provider.issuer}/auth?{urlencode(asked)}")
        sign_in_at_company(page, "ada")
        page.wait_for_url(f"{BACK}**")
        [code] = parse_qs(urlsplit(page.url).query)["code"]
        bought = httpx.post(
            f"{provider.issuer}/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": BACK,
                "code_verifier": verifier,
            },
            auth=(CLIENT_ID, CLIENT_SECRET),
        )
    assert bought.json()["id_token"].count(".") == 2
