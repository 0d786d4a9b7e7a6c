"""Which pages may call: exactly those that are named, and those of registered apps."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gatehouse.edge.cors import allows_origin, with_cors
from gatehouse.edge.http import HttpRequest, HttpResponse, read_request
from gatehouse.usecases.allowed_origins import AllowedOrigins
from tests.events import http_event

NAMED, OF_AN_APP = "https://named.example.com", "https://app.example.com"


@dataclass
class CountedOrigins:
    """Keeps `AppOrigins`; counts how often it is asked."""

    origins: AbstractSet[str]
    asked: int = 0

    def current(self) -> AbstractSet[str]:
        """See `AppOrigins.current`."""
        self.asked += 1
        return self.origins


def request_from(origin: str | None) -> HttpRequest:
    headers = {} if origin is None else {"origin": origin}
    return read_request(http_event(headers=headers), request_id="r1")


def test_an_apps_page_may_as_a_named_one_may_and_no_other() -> None:
    allowed = AllowedOrigins(frozenset({NAMED}), CountedOrigins({OF_AN_APP}))
    for origin in (NAMED, OF_AN_APP):
        answer = with_cors(HttpResponse(status=200), request_from(origin), allowed)
        assert answer.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in answer.headers
    for origin in ("https://evil.example.com", f"{OF_AN_APP}.evil.example", "null", "*"):
        assert not allows_origin(request_from(origin), allowed)
    assert (set(allowed), len(allowed)) == ({NAMED, OF_AN_APP}, 2)


def test_no_app_opens_everything_whatever_it_says() -> None:
    allowed = AllowedOrigins(frozenset(), CountedOrigins({"*"}))
    assert not allows_origin(request_from("https://evil.example.com"), allowed)


def test_apps_are_asked_for_only_when_a_page_sends_its_origin() -> None:
    of_apps = CountedOrigins({OF_AN_APP})
    allowed = AllowedOrigins(frozenset({NAMED}), of_apps)
    answer = with_cors(HttpResponse(status=200), request_from(None), allowed)
    assert answer.headers["vary"] == "Origin"
    assert allows_origin(request_from(NAMED), allowed)
    assert of_apps.asked == 0
