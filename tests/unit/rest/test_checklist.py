"""The checklist through the API: every item comes to something; people say what they know."""

from typing import Any

import pytest

from gatehouse.domain.checklist.catalogue import ITEMS
from gatehouse.domain.checklist.items import ATTESTATION_DAYS, DAY
from gatehouse.domain.long_assertions import KEPT_SECONDS, WEEK, WEEKS, long_assertion_mark
from tests.rest import Api
from tests.samples import INTEGRATION_ID, NOW, PROJECT_ID

CHECKLIST = "/api/v1/checklist"
ATTESTATIONS = "/api/v1/checklist/attestations"
WORD = {"item": "keys-in-a-vault", "note": "looked into the vault"}


def items(api: Api) -> dict[str, Any]:
    answer = api.call("GET", CHECKLIST)
    assert answer.status == 200, answer.text
    assert answer.json["counts"].keys() == {"passed", "failed", "needs_attestation", "outside"}
    assert sum(answer.json["counts"].values()) == len(ITEMS)
    return {item["id"]: item for item in answer.json["items"]}


def test_every_item_comes_to_something_in_the_order_of_the_documents() -> None:
    found = items(Api())
    assert list(found) == [item.id for item in ITEMS]
    assert found["secrets-random"]["standing"] == "passed"
    assert found["tokens-cached"]["standing"] == "needs_attestation"
    assert found["tables-recoverable"]["standing"] == "outside"


def test_what_fails_says_what_is_wrong_what_may_happen_and_what_to_do() -> None:
    api = Api(allow_unverified_minting=True)
    item = items(api)["members-vouched-for"]
    assert item["standing"] == "failed"
    assert item["origin"] == "TengineAI production checklist, Authentication 3"
    assert item["problems"] == ["ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING is true"]
    assert item["risk"] == "Whoever holds an API key acts as any member"
    assert item["command"].startswith("sam deploy")
    assert items(Api())["members-vouched-for"]["standing"] == "passed"


def test_a_tool_that_is_put_right_turns_green() -> None:
    api = Api()
    assert items(api)["tools-signed"]["problems"] == ["tool crm-contacts-get uses none"]
    answer = api.call("DELETE", "/api/v1/custom-tools/tool_Y3JtLWNvbnRhY3RzLWdldA")
    assert answer.status == 204, answer.text
    assert items(api)["tools-signed"]["standing"] == "passed"


def test_a_long_assertion_is_remembered_for_weeks() -> None:
    api = Api()
    mark = long_assertion_mark(PROJECT_ID, NOW)
    api.marks.claim(mark, expires_at=NOW + KEPT_SECONDS, now=NOW)
    assert items(api)["assertions-short"]["standing"] == "failed"
    api.now = NOW + (WEEKS - 1) * WEEK
    assert items(api)["assertions-short"]["standing"] == "failed"
    api.now += WEEK
    assert items(api)["assertions-short"]["standing"] == "passed"


def test_somebody_s_word_is_kept_with_name_and_date_until_it_ends() -> None:
    api = Api()
    said = api.call("POST", ATTESTATIONS, WORD)
    assert said.status == 201
    assert said.json == {**WORD, "by": f"key:{INTEGRATION_ID}", "at": "2023-11-14T22:13:20Z"}
    shown = items(api)["keys-in-a-vault"]
    assert (shown["standing"], shown["attestation"]) == ("passed", said.json)
    api.now = NOW + ATTESTATION_DAYS * DAY
    ended = items(api)["keys-in-a-vault"]
    assert (ended["standing"], ended["attestation"]) == ("needs_attestation", said.json)
    assert ended["problems"] == ["what was said is too long ago"]
    again = api.call("POST", ATTESTATIONS, {**WORD, "note": "again"})
    assert items(api)["keys-in-a-vault"]["attestation"] == again.json


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("item", {"item": "nothing-like-this"}),
        ("item", {"item": "tools-signed"}),
        ("item", {"item": "secrets-random"}),
        ("note", {"note": " "}),
        ("note", {"note": "x" * 1001}),
        ("note", {"note": "hidden \u202e"}),
        ("by", {"by": "user:somebody-else"}),
    ],
)
def test_nobody_s_word_counts_for_what_is_measured_nor_without_saying_something(
    field: str, changes: dict[str, str]
) -> None:
    api = Api()
    answer = api.call("POST", ATTESTATIONS, {**WORD, **changes})
    assert (answer.status, answer.fields) == (422, [field])
    assert api.attested == {}


def test_a_word_is_about_the_own_project_alone() -> None:
    api = Api()
    api.call("POST", ATTESTATIONS, WORD)
    assert list(api.attested) == [(PROJECT_ID, WORD["item"])]
