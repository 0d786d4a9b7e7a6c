"""How a tool is doing: its circuit breaker, as its owner sees it."""

from gatehouse.domain.breaker import opened
from tests.rest import Api
from tests.samples import NOW, PROJECT_ID


def test_an_open_breaker_is_seen_and_since_when() -> None:
    api = Api()
    tool = api.tool()
    stands = opened(tool["base_url"], NOW)
    api.breakers.items[PROJECT_ID, tool["name"]] = stands
    path = f"/api/v1/custom-tools/{tool['id']}"
    assert api.call("GET", path).json["status"] == {
        "breaker": "open",
        "since": "2023-11-14T22:13:20Z",
    }
    api.breakers.items[PROJECT_ID, tool["name"]] = stands.probed("r1", NOW + 30)
    assert api.call("GET", path).json["status"]["breaker"] == "half_open"
    api.breakers.items[PROJECT_ID, tool["name"]] = stands.closed(NOW + 31)
    assert api.call("GET", path).json["status"] == {
        "breaker": "closed",
        "since": "2023-11-14T22:13:51Z",
    }


def test_a_breaker_of_another_origin_says_nothing() -> None:
    api = Api()
    tool = api.tool()
    api.breakers.items[PROJECT_ID, tool["name"]] = opened("https://before.example.com", NOW)
    status = api.call("GET", f"/api/v1/custom-tools/{tool['id']}").json["status"]
    assert status == {"breaker": "closed", "since": None}
