"""Obtaining session tokens, from a real HTTP server, with threads and with tasks."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Protocol

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gatehouse_client import (
    AssertionSigner,
    AsyncSessionTokens,
    ConfigurationError,
    ExchangeRefused,
    ExchangeUnavailable,
    SessionTokens,
)
from gatehouse_client._exchange import SessionToken
from tests.unit.client.token_endpoint import Answer, TokenEndpoint, serving

NOW = 1_700_000_000
API_KEY = "tengine_Ab3dEf9hint0Zz19ABCDEFGHIJKLMNOPQRSTUVWX12345"
SIGNER = AssertionSigner("Ab3dEf9h", "k1", ec.generate_private_key(ec.SECP256R1()))


class Tokens(Protocol):
    def token(self, member_id: str, *, email: str | None = None, roles: list[str] = ...) -> str: ...

    def forget(self, member_id: str) -> None: ...


class Waited:
    """`AsyncSessionTokens`, called as if it were not asynchronous."""

    def __init__(self, tokens: AsyncSessionTokens, runner: asyncio.Runner) -> None:
        self._tokens, self._runner = tokens, runner
        self.forget = tokens.forget

    def token(self, member_id: str, *, email: str | None = None, roles: list[str] = []) -> str:  # noqa: B006
        return self._runner.run(self._tokens.token(member_id, email=email, roles=roles))


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def endpoint() -> Iterator[TokenEndpoint]:
    with serving() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


Make = Callable[..., Tokens]


@pytest.fixture(params=["threads", "tasks"])
def make(request: pytest.FixtureRequest, endpoint: TokenEndpoint, clock: Clock) -> Iterator[Make]:
    """Make either kind; both keep the same promises."""
    with httpx.Client(timeout=5) as client, asyncio.Runner() as runner:
        async_client = httpx.AsyncClient(timeout=5)

        def of(api_url: str = "", max_members: int = 100) -> Tokens:
            url = api_url or endpoint.url
            if request.param == "threads":
                return SessionTokens(
                    url, API_KEY, SIGNER, http=client, clock=clock, max_members=max_members
                )
            tokens = AsyncSessionTokens(
                url, API_KEY, SIGNER, http=async_client, clock=clock, max_members=max_members
            )
            return Waited(tokens, runner)

        yield of
        runner.run(async_client.aclose())


def test_a_token_is_exchanged_for_an_assertion_of_the_member(
    make: Make, endpoint: TokenEndpoint
) -> None:
    assert make().token("ada", email="ada@example.com", roles=["ops"]) == "tng_mst_1"

    path, bearer, claims = endpoint.asked[0]
    assert (path, bearer) == ("/api/v1/mcp/session-token", f"Bearer {API_KEY}")
    assert claims["sub"] == "ada"
    assert claims["email"] == "ada@example.com"
    assert claims["roles"] == ["ops"]


def test_a_token_is_kept_until_a_minute_before_it_ends(make: Make, clock: Clock) -> None:
    tokens = make()
    first = tokens.token("ada")
    clock.now = NOW + 15 * 60 - 60 - 1
    kept = tokens.token("ada")
    clock.now = NOW + 15 * 60 - 60
    replaced = tokens.token("ada")

    assert (kept, replaced) == (first, "tng_mst_2")


def test_each_identity_has_a_token_of_its_own(make: Make, endpoint: TokenEndpoint) -> None:
    tokens = make()
    identities: list[tuple[str, str | None, list[str]]] = [
        ("ada", None, []),
        ("bob", None, []),
        ("ada", "ada@example.com", []),
        ("ada", None, ["admin"]),
    ]
    for _ in range(2):
        seen = {tokens.token(who, email=email, roles=roles) for who, email, roles in identities}
        assert len(seen) == 4

    assert len(endpoint.asked) == 4


def test_the_least_recently_used_member_leaves_first(make: Make, endpoint: TokenEndpoint) -> None:
    tokens = make(max_members=2)
    for member in ("ada", "bob", "ada", "cy", "ada", "bob"):
        tokens.token(member)

    assert endpoint.members() == ["ada", "bob", "cy", "bob"]


def test_a_forgotten_member_is_exchanged_anew_and_others_are_kept(
    make: Make, endpoint: TokenEndpoint
) -> None:
    tokens = make()
    tokens.token("ada", roles=["ops"])
    tokens.token("bob")
    tokens.forget("ada")
    tokens.token("ada", roles=["ops"])
    tokens.token("bob")

    assert endpoint.members() == ["ada", "bob", "ada"]


def test_a_slash_after_the_url_does_no_harm(make: Make, endpoint: TokenEndpoint) -> None:
    make(f"{endpoint.url}/").token("ada")

    assert endpoint.asked[0][0] == "/api/v1/mcp/session-token"


# --- refusals


def test_a_refusal_tells_its_status_and_its_sentence(make: Make, endpoint: TokenEndpoint) -> None:
    endpoint.answer = Answer(401, '{"status": 401, "detail": "Invalid member assertion"}')

    with pytest.raises(ExchangeRefused) as refused:
        make().token("ada")
    assert (refused.value.status, refused.value.detail) == (401, "Invalid member assertion")


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"detail": 7}', "[" * 100_000])
def test_a_refusal_in_another_form_is_a_refusal_all_the_same(
    make: Make, endpoint: TokenEndpoint, body: str
) -> None:
    endpoint.answer = Answer(403, body)

    with pytest.raises(ExchangeRefused) as refused:
        make().token("ada")
    assert (refused.value.status, refused.value.detail) == (403, "Forbidden")


def test_a_long_sentence_is_cut(make: Make, endpoint: TokenEndpoint) -> None:
    endpoint.answer = Answer(400, f'{{"detail": "{"x" * 9999}"}}')

    with pytest.raises(ExchangeRefused) as refused:
        make().token("ada")
    assert len(refused.value.detail) == 500


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize(
    ("header", "wish"),
    [("7", 7), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None), ("9" * 99, None)],
)
def test_an_overloaded_service_is_unavailable_and_says_for_how_long(
    make: Make, endpoint: TokenEndpoint, status: int, header: str, wish: int | None
) -> None:
    endpoint.answer = Answer(status, headers={"Retry-After": header})

    with pytest.raises(ExchangeUnavailable) as unavailable:
        make().token("ada")
    assert unavailable.value.retry_after == wish


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "null",
        '{"token": "t"}',
        '{"token": "", "expires_in_minutes": 15}',
        '{"token": "t", "expires_in_minutes": 0}',
        '{"token": "t", "expires_in_minutes": "15"}',
    ],
)
def test_an_answer_without_a_token_is_no_answer(
    make: Make, endpoint: TokenEndpoint, body: str
) -> None:
    endpoint.answer = Answer(200, body)

    with pytest.raises(ExchangeUnavailable):
        make().token("ada")


def test_a_redirect_is_not_followed_even_by_a_client_that_would(endpoint: TokenEndpoint) -> None:
    endpoint.answer = Answer(307, headers={"Location": f"{endpoint.url}/elsewhere"})
    with (
        httpx.Client(follow_redirects=True) as client,
        pytest.raises(ExchangeRefused, match="307"),
    ):
        SessionTokens(endpoint.url, API_KEY, SIGNER, http=client).token("ada")

    async def again() -> None:
        async with httpx.AsyncClient(follow_redirects=True) as client:
            await AsyncSessionTokens(endpoint.url, API_KEY, SIGNER, http=client).token("ada")

    with pytest.raises(ExchangeRefused, match="307"):
        asyncio.run(again())
    assert [path for path, _, _ in endpoint.asked] == ["/api/v1/mcp/session-token"] * 2


def test_nobody_at_the_address_is_unavailable(make: Make) -> None:
    with pytest.raises(ExchangeUnavailable):
        make("http://127.0.0.1:1").token("ada")


def test_an_error_is_not_kept(make: Make, endpoint: TokenEndpoint) -> None:
    tokens = make()
    endpoint.answer = Answer(503)
    with pytest.raises(ExchangeUnavailable):
        tokens.token("ada")
    endpoint.answer = Answer()

    assert tokens.token("ada") == "tng_mst_2"


# --- one exchange for many callers

CALLERS = 16


def release_soon(endpoint: TokenEndpoint) -> None:
    """Open the gate once the exchange is under way and the others have had time to queue."""
    assert endpoint.arrived.wait(5)
    time.sleep(0.1)
    endpoint.gate.set()


@pytest.fixture
def threaded(endpoint: TokenEndpoint) -> Iterator[Callable[[], list[str | Exception]]]:
    with SessionTokens(endpoint.url, API_KEY, SIGNER) as tokens:

        def one(_: int) -> str | Exception:
            try:
                return tokens.token("ada")
            except ExchangeUnavailable as error:
                return error

        def run() -> list[str | Exception]:
            with ThreadPoolExecutor(CALLERS + 1) as threads:
                threads.submit(release_soon, endpoint)
                return list(threads.map(one, range(CALLERS)))

        yield run


def tasked(endpoint: TokenEndpoint) -> list[str | BaseException]:
    async def run() -> list[str | BaseException]:
        async with AsyncSessionTokens(endpoint.url, API_KEY, SIGNER) as tokens:
            callers = [tokens.token("ada") for _ in range(CALLERS)]
            release = asyncio.to_thread(release_soon, endpoint)
            *answers, _ = await asyncio.gather(*callers, release, return_exceptions=True)
            return [answer for answer in answers if answer is not None]

    return asyncio.run(run())


def test_many_threads_at_once_make_one_exchange(
    endpoint: TokenEndpoint, threaded: Callable[[], list[str | Exception]]
) -> None:
    endpoint.gate.clear()

    assert threaded() == ["tng_mst_1"] * CALLERS
    assert len(endpoint.asked) == 1


def test_many_tasks_at_once_make_one_exchange(endpoint: TokenEndpoint) -> None:
    endpoint.gate.clear()

    assert tasked(endpoint) == ["tng_mst_1"] * CALLERS
    assert len(endpoint.asked) == 1


def test_many_threads_share_one_failure(
    endpoint: TokenEndpoint, threaded: Callable[[], list[str | Exception]]
) -> None:
    endpoint.gate.clear()
    endpoint.answer = Answer(503)

    assert {type(answer) for answer in threaded()} == {ExchangeUnavailable}
    assert len(endpoint.asked) == 1


def test_many_tasks_share_one_failure(endpoint: TokenEndpoint) -> None:
    endpoint.gate.clear()
    endpoint.answer = Answer(503)

    assert {type(answer) for answer in tasked(endpoint)} == {ExchangeUnavailable}
    assert len(endpoint.asked) == 1


def test_different_members_do_not_wait_for_each_other(endpoint: TokenEndpoint) -> None:
    endpoint.gate.clear()
    with (
        SessionTokens(endpoint.url, API_KEY, SIGNER) as tokens,
        ThreadPoolExecutor(2) as threads,
    ):
        waiting = [threads.submit(tokens.token, member) for member in ("ada", "bob")]
        for _ in range(500):
            if len(endpoint.asked) == 2:
                break
            time.sleep(0.01)
        both = len(endpoint.asked)
        endpoint.gate.set()

        assert both == 2
        assert {flight.result() for flight in waiting} == {"tng_mst_1", "tng_mst_2"}


def test_a_task_that_gives_up_does_not_take_the_others_down(endpoint: TokenEndpoint) -> None:
    endpoint.gate.clear()

    async def run() -> tuple[bool, str]:
        async with AsyncSessionTokens(endpoint.url, API_KEY, SIGNER) as tokens:
            first = asyncio.create_task(tokens.token("ada"))
            second = asyncio.create_task(tokens.token("ada"))
            await asyncio.to_thread(endpoint.arrived.wait, 5)
            first.cancel()
            endpoint.gate.set()
            token = await second
            return first.cancelled(), token

    assert asyncio.run(run()) == (True, "tng_mst_1")
    assert len(endpoint.asked) == 1


def test_a_thread_that_is_interrupted_does_not_leave_the_others_waiting() -> None:
    under_way, gate = Event(), Event()

    def interrupted(_: httpx.Request) -> httpx.Response:
        under_way.set()
        gate.wait(5)
        raise KeyboardInterrupt

    with (
        httpx.Client(transport=httpx.MockTransport(interrupted)) as client,
        ThreadPoolExecutor(2) as threads,
    ):
        tokens = SessionTokens("https://gate.example.com", API_KEY, SIGNER, http=client)
        first = threads.submit(tokens.token, "ada")
        under_way.wait(5)
        second = threads.submit(tokens.token, "ada")
        time.sleep(0.1)
        gate.set()

        assert isinstance(first.exception(5), KeyboardInterrupt)
        assert isinstance(second.exception(5), ExchangeUnavailable)
        with pytest.raises(KeyboardInterrupt):
            tokens.token("ada")


# --- configuration and secrets


@pytest.mark.parametrize("kind", [SessionTokens, AsyncSessionTokens])
@pytest.mark.parametrize(
    "url",
    [
        "http://gate.example.com",
        "http://127.0.0.1.example.com",
        "gate.example.com",
        "https://",
        "https://user:pass@gate.example.com",
        "https://gate.example.com?x=1",
        "https://gate.example.com#x",
        "https://gate\x00.example.com",
        "ftp://gate.example.com",
        "",
    ],
)
def test_a_url_that_would_expose_the_key_is_refused(
    kind: type[SessionTokens] | type[AsyncSessionTokens], url: str
) -> None:
    with pytest.raises(ConfigurationError):
        kind(url, API_KEY, SIGNER)


@pytest.mark.parametrize("end", ["\n", " ", "\r\nX: y", "é", "\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_quoted(end: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        SessionTokens("https://gate.example.com", API_KEY + end, SIGNER)

    assert API_KEY not in repr(refused.value)


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        SessionTokens("https://gate.example.com", "", SIGNER)


def test_no_key_token_or_assertion_shows_in_logs_reprs_and_errors(
    make: Make, endpoint: TokenEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = make()
    obtained = tokens.token("ada")
    endpoint.answer = Answer(401, '{"detail": "Invalid member assertion"}')
    with pytest.raises(ExchangeRefused) as refused:
        tokens.token("bob")

    shown = f"{tokens!r} {vars(tokens)!r} {refused.value!r} {caplog.text}"
    assert caplog.text
    assert obtained not in shown
    assert API_KEY not in shown
    assert "eyJ" not in shown


def test_a_kept_token_does_not_show() -> None:
    assert "tng_mst_" not in repr(SessionToken("tng_mst_1", NOW))


def test_a_client_that_was_handed_in_stays_open(endpoint: TokenEndpoint) -> None:
    with httpx.Client() as client:
        with SessionTokens(endpoint.url, API_KEY, SIGNER, http=client) as tokens:
            tokens.token("ada")

        assert not client.is_closed
