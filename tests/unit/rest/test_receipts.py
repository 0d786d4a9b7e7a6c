"""Receipts over the management API: listed by the hour, read chain by chain, never another's."""

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import pytest

from gatehouse.domain.receipts import ChainListing
from tests.receipts import Instance, record
from tests.rest import Api
from tests.samples import NOW, PROJECT_ID

HOUR = 3600


def api(*projects: str) -> tuple[Api, Instance]:
    """An API whose project has three receipts in one chain; others have one each."""
    made = Api()
    instance = Instance(store=made.receipts, key=made.receipt_key)
    instance.keep(*[record(number) for number in range(3)])
    for number, project_id in enumerate(projects):
        instance.keep(record(10 + number, project_id=project_id))
    return made, instance


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def chains(made: Api, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = made.call("GET", "/api/v1/warrants/receipts", query=query).json[
        "items"
    ]
    return items


def test_chains_of_the_last_day_are_listed() -> None:
    made, instance = api()
    [chain] = instance.export().chains

    assert chains(made) == [
        {"chain": chain.chain, "function": "dispatch", "hour": moment(NOW // HOUR * HOUR)}
    ]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "count"),
    [(NOW, NOW + 1, 1), (NOW - 2 * HOUR, NOW - HOUR, 0), (NOW + HOUR, NOW + 2 * HOUR, 0)],
)
def test_chains_are_listed_by_the_period_asked_for(
    starts_at: int, ends_at: int, count: int
) -> None:
    made, _ = api()

    found = chains(made, f"from={moment(starts_at)}&to={moment(ends_at)}")
    assert len(found) == count


def test_a_period_is_at_most_31_days() -> None:
    made, _ = api()
    query = f"from={moment(NOW - 32 * 86400)}&to={moment(NOW)}"

    assert made.call("GET", "/api/v1/warrants/receipts", query=query).fields == ["from"]


def test_a_chain_is_read_in_pages_with_its_certificate_on_each() -> None:
    made, instance = api()
    [exported] = instance.export().chains
    path = f"/api/v1/warrants/receipts/{exported.chain}"
    first = made.call("GET", path, query="limit=2").json
    second = made.call("GET", path, query=f"limit=2&cursor={first['next_cursor']}").json

    for page in (first, second):
        assert page["chain"] == exported.chain
        assert b64decode(page["certificate"]) == exported.certificate
        assert b64decode(page["signature"]) == exported.signature
    items = [*first["items"], *second["items"]]
    read = tuple((item["sequence"], b64decode(item["receipt"])) for item in items)
    assert (len(first["items"]), read) == (2, exported.receipts)
    assert second["next_cursor"] is None


def test_a_chain_without_certificate_says_so() -> None:
    made, instance = api()
    made.receipts.certificates.clear()
    [exported] = instance.export().chains

    page = made.call("GET", f"/api/v1/warrants/receipts/{exported.chain}").json
    assert (page["certificate"], page["signature"]) == (None, None)
    assert len(page["items"]) == 3


@pytest.mark.parametrize("name", ["f" * 32, "x", "CERT", "0" * 31 + "G", "../policy"])
def test_a_chain_that_is_none_is_not_found(name: str) -> None:
    made, _ = api()

    assert made.call("GET", f"/api/v1/warrants/receipts/{name}").status == 404


@pytest.mark.parametrize("name", ["x", "CERT", "0" * 31 + "G", "a" * 3000])
def test_the_table_is_not_asked_for_what_no_chain_is_called(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = api()
    monkeypatch.setattr(made.receipts, "page", None)

    assert made.call("GET", f"/api/v1/warrants/receipts/{name}").status == 404


def test_chains_of_other_projects_are_not_there() -> None:
    made, instance = api("Proj0002")
    [others] = instance.export("Proj0002").chains

    assert others.chain not in [each["chain"] for each in chains(made)]
    assert made.call("GET", f"/api/v1/warrants/receipts/{others.chain}").status == 404


def test_a_cursor_that_is_none_is_refused() -> None:
    made, instance = api()
    [exported] = instance.export().chains

    for path in ("/api/v1/warrants/receipts", f"/api/v1/warrants/receipts/{exported.chain}"):
        assert made.call("GET", path, query="cursor=eA").status in {400, 404}


def test_lists_of_chains_have_pages() -> None:
    made, _ = api()
    for name in "abcd":
        listing = ChainListing(chain=name * 32, function="mcp", hour=NOW // HOUR, before=None)
        made.receipts.list_chain(PROJECT_ID, listing)

    first = made.call("GET", "/api/v1/warrants/receipts", query="limit=3").json
    second = made.call(
        "GET", "/api/v1/warrants/receipts", query=f"limit=3&cursor={first['next_cursor']}"
    ).json
    names = [each["chain"] for each in [*first["items"], *second["items"]]]
    assert len(set(names)) == 5
    assert second["next_cursor"] is None


def test_the_deployments_key_is_shown() -> None:
    made, instance = api()

    answer = made.call("GET", "/api/v1/warrants/receipt-key")
    assert answer.json == {"public_key_pem": instance.key.public_key_pem()}


def test_a_calls_record_names_its_receipt() -> None:
    made, instance = api()
    linked = instance.records[1]
    made.records.write(linked)

    answer = made.call("GET", f"/api/v1/tool-calls/{linked.request_id}")
    assert answer.json["receipt"] == linked.receipt
    assert answer.json["receipt"].endswith("/1")
