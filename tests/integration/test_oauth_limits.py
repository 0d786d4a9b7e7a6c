"""Limits at the OAuth endpoints of the deployed template: by address until it is known who asks."""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count

import pytest

from gatehouse.domain.tiers import Tier
from local.stack import LocalStack
from tests.events import form_event
from tests.integration.handlers import Handler, handler
from tests.integration.sign_ins import REDIRECT_URI, SignIns
from tests.integration.world import Json

pytestmark = pytest.mark.stack

ADDRESSES = (f"198.51.100.{n}" for n in count(1))
"""Each test has its own: counts of a minute outlive a test."""
GUESSES = {
    "a secret in the form": (
        {"grant_type": "client_credentials", "client_id": "a" * 12, "client_secret": "gsa_guess"},
        401,
    ),
    "a client's assertion": (
        {
            "grant_type": "client_credentials",
            "client_assertion": "e30.e30.AA",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        },
        401,
    ),
    "a code": (
        {
            "grant_type": "authorization_code",
            "code": "gac_guess",
            "redirect_uri": REDIRECT_URI,
            "code_verifier": "v" * 43,
        },
        400,
    ),
    "a refresh token": ({"grant_type": "refresh_token", "refresh_token": "grt_guess"}, 400),
    "an API key": (
        {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "subject_token": "x",
            "client_id": "Integ001",
            "client_secret": "tengine_guess",
        },
        401,
    ),
}


@pytest.fixture(scope="module")
def one(stack: LocalStack) -> Iterator[Handler]:
    """A process in a minute that does not end, in which an address may guess three times."""
    now = str(int(time.time() * 1000))
    with handler(stack, "token", CLOCK_MS=now, FAILURES_PER_MINUTE="3") as running:
        yield running


def asked(one: Handler, form: Json, address: str, path: str = "/oauth/token") -> tuple[int, Json]:
    answer = one.answer(form_event(path, form, source_ip=address))
    assert answer["headers"]["cache-control"] == "no-store"
    if answer["statusCode"] == 429:
        assert 1 <= int(answer["headers"]["retry-after"]) <= 60
    return answer["statusCode"], json.loads(answer.get("body") or "{}")


@pytest.mark.parametrize("guess", GUESSES)
def test_whatever_carries_it_what_does_not_hold_is_counted_and_the_good_is_served(
    one: Handler, sign_ins: SignIns, guess: str
) -> None:
    form, status = GUESSES[guess]
    form = {"client_id": sign_ins.client_id, **form}
    crowded, quiet = next(ADDRESSES), next(ADDRESSES)
    answers = [asked(one, form, crowded) for _ in range(5)]
    assert [code for code, _ in answers] == [status] * 3 + [429] * 2
    assert answers[3][1].keys() == {"error", "error_description"}
    assert answers[3][1]["error"] == "slow_down"
    assert asked(one, form, quiet)[0] == status

    app = sign_ins.app()
    good = {"client_id": app.id, "client_secret": app.key, "grant_type": "client_credentials"}
    code, said = asked(one, good, crowded)
    assert code == 200
    sign_ins.tenant.journal.note("access_token", said["access_token"])


@pytest.mark.parametrize("path", ["/oauth/revoke", "/oauth/introspect"])
def test_guesses_count_at_the_other_endpoints_too(
    one: Handler, sign_ins: SignIns, path: str
) -> None:
    form = {"client_id": sign_ins.client_id, "token": "grt_guess"}
    address = next(ADDRESSES)
    answers = [asked(one, form, address, path)[0] for _ in range(4)]
    assert answers == [200 if path == "/oauth/revoke" else 401] * 3 + [429]


def test_whoever_is_known_is_told_where_they_stand(sign_ins: SignIns) -> None:
    person = sign_ins.refresh(sign_ins.signed_in()["refresh_token"])
    sign_ins.noted(person)
    for answer in (person, sign_ins.introspect(sign_ins.app(), "x")):
        assert answer.headers["ratelimit-policy"] == '"principal-minute";q=600;w=60'
        assert re.fullmatch('"principal-minute";r=5[0-9]{2};t=[0-9]+', answer.headers["ratelimit"])


def test_two_processes_share_what_a_client_may_ask_and_another_has_its_own(
    stack: LocalStack, sign_ins: SignIns
) -> None:
    app, other = sign_ins.app(), sign_ins.app()
    amount = Tier.TOKEN.per_minute

    def asking(auth: tuple[str, str]) -> Json:
        form = {"client_id": auth[0], "client_secret": auth[1], "token": "x"}
        return form_event("/oauth/introspect", form)

    with ExitStack() as running, ThreadPoolExecutor(2) as pool:
        now = str(int(time.time() * 1000))
        pair = [running.enter_context(handler(stack, "token", CLOCK_MS=now)) for _ in range(2)]
        halves = [[asking(app.auth)] * amount] * 2
        found = list(pool.map(lambda one, half: one.answers(half), pair, halves))
        statuses = [answer["statusCode"] for half in found for answer in half]
        assert (statuses.count(200), statuses.count(429)) == (amount, amount)
        assert pair[0].answer(asking(other.auth))["statusCode"] == 200


def test_an_endpoint_that_cannot_count_stays_shut_for_good_clients_too(
    stack: LocalStack, sign_ins: SignIns
) -> None:
    app = sign_ins.app()
    form = {"client_id": app.id, "client_secret": app.key, "grant_type": "client_credentials"}
    with handler(stack, "token", ACTIVITY_TABLE="there-is-no-such-table") as one:
        assert asked(one, form, next(ADDRESSES))[0] == 503
