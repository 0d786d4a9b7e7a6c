"""Revoked warrants through the API: lists of issuers, the project's own, and what is published."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from gatehouse.domain.revocations import own_issuer, own_list
from gatehouse.domain.warrants import RevocationList
from gatehouse.usecases import revoke_warrants
from tests.events import http_event
from tests.rest import Answer, Api
from tests.revocations import ISSUER_KEY, STRANGER, read, signed, uploaded, warrant_id
from tests.samples import NOW, PROJECT, PROJECT_ID

ROOTS = "/api/v1/warrants/roots"
REVOCATIONS = "/api/v1/warrants/revocations"
OWN = own_issuer(PROJECT)
FIRST, SECOND, THIRD = warrant_id(1), warrant_id(2), warrant_id(3)


def trusting() -> Api:
    api = Api()
    assert api.call("POST", ROOTS, {"public_key": ISSUER_KEY.hex()}).status == 201
    return api


def post(api: Api, body: object) -> Answer:
    return api.call("POST", REVOCATIONS, body)


def revoked(api: Api) -> set[str]:
    return {name for project_id, name in api.table.revoked if project_id == PROJECT_ID}


def published(api: Api, issuer: bytes = ISSUER_KEY) -> bytes:
    path = f"/.well-known/gatehouse/{PROJECT_ID}/revocations/{issuer.hex()}"
    answer = api.call("GET", path, token=None)
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "application/cbor"
    return base64.b64decode(answer.text)


def test_a_list_of_a_trusted_root_revokes_and_is_published_as_it_was_signed() -> None:
    api = trusting()
    data = signed([FIRST, SECOND], version=7)
    answer = post(api, {"list": base64.b64encode(data).decode()})
    assert answer.status == 200, answer.text
    path = f"/.well-known/gatehouse/{PROJECT_ID}/revocations/{ISSUER_KEY.hex()}"
    assert answer.json == {
        "issuer": ISSUER_KEY.hex(),
        "version": 7,
        "warrants": 2,
        "sha256": hashlib.sha256(data).hexdigest(),
        "reason": None,
        "accepted_at": "2023-11-14T22:13:20Z",
        "path": path,
    }
    assert revoked(api) == {FIRST, SECOND}
    assert published(api) == data
    assert api.call("GET", REVOCATIONS).json == {"items": [answer.json], "next_cursor": None}


def test_what_is_published_may_be_read_by_everybody_and_is_asked_for_anew() -> None:
    api = trusting()
    data = signed([FIRST])
    post(api, {"list": base64.b64encode(data).decode()})
    path = f"/.well-known/gatehouse/{PROJECT_ID}/revocations/{ISSUER_KEY.hex()}"
    headers = api.call("GET", path, token=None).headers
    assert headers["cache-control"] == "no-cache"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'


@pytest.mark.parametrize(
    "path",
    [
        f"{PROJECT_ID}/revocations/{OWN.hex()}",
        f"{PROJECT_ID}/revocations/{ISSUER_KEY.hex().upper()}",
        f"{PROJECT_ID}/revocations/{ISSUER_KEY.hex()[:-1]}",
        f"{PROJECT_ID}/revocations/x",
        f"Proj0002/revocations/{ISSUER_KEY.hex()}",
        f"Proj000/revocations/{ISSUER_KEY.hex()}",
        f"Proj-001/revocations/{ISSUER_KEY.hex()}",
    ],
)
def test_what_is_not_published_is_not_there_for_one_reason_as_for_another(path: str) -> None:
    api = trusting()
    post(api, uploaded([FIRST]))
    answer = api.call("GET", f"/.well-known/gatehouse/{path}", token=None)
    assert (answer.status, answer.json["title"]) == (404, "Not Found")


@pytest.mark.parametrize("odd", ["Proj0001#1", "Proj-001", "Proj000", "Proj0001" * 300])
def test_what_can_be_no_projects_id_is_not_looked_for(odd: str) -> None:
    api = trusting()
    post(api, uploaded([FIRST]))
    api.table.projects[odd] = api.table.projects[PROJECT_ID]
    api.lists[odd, ISSUER_KEY.hex()] = api.lists[PROJECT_ID, ISSUER_KEY.hex()]
    path = f"/.well-known/gatehouse/{odd}/revocations/{ISSUER_KEY.hex()}"
    assert api.call("GET", path, token=None).status == 404


def test_nothing_of_a_deleted_project_is_published() -> None:
    api = trusting()
    post(api, uploaded([FIRST]))
    path = f"/.well-known/gatehouse/{PROJECT_ID}/revocations/{ISSUER_KEY.hex()}"
    assert api.call("GET", path, token=None).status == 200
    api.management().projects.delete(PROJECT_ID, confirm="Acme")
    assert api.call("GET", path, token=None).status == 404


@pytest.mark.parametrize(
    "body",
    [
        uploaded([FIRST], by=STRANGER),
        {"list": base64.b64encode(b"\x00").decode()},
        {"list": base64.b64encode(signed([FIRST]) + b"\x00").decode()},
        {"list": base64.b64encode(signed([FIRST]).replace(b"0001", b"0002")).decode()},
        {"list": "not base64!"},
        {"list": "AAA"},
        {},
        {"list": None},
        {**uploaded([FIRST]), "warrant_ids": [FIRST]},
        {**uploaded([FIRST]), "reason": "why"},
    ],
)
def test_a_list_that_no_trusted_root_signed_revokes_nothing(body: object) -> None:
    api = trusting()
    answer = post(api, body)
    assert (answer.status, answer.fields) == (422, ["list"])
    assert not revoked(api)
    assert api.call("GET", REVOCATIONS).json["items"] == []


def test_a_root_that_is_no_longer_trusted_revokes_no_more_but_what_it_revoked_stays() -> None:
    api = trusting()
    post(api, uploaded([FIRST]))
    api.call("DELETE", f"{ROOTS}/{ISSUER_KEY.hex()}")
    assert post(api, uploaded([FIRST, SECOND], 2)).status == 422
    assert revoked(api) == {FIRST}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (uploaded([FIRST, SECOND, THIRD], 4), "srl-version-rollback"),
        (uploaded([FIRST, SECOND, THIRD], 5), "srl-content-changed"),
        (uploaded([], 5), "srl-content-changed"),
    ],
)
def test_a_list_that_is_not_newer_is_refused(body: object, reason: str) -> None:
    api = trusting()
    post(api, uploaded([FIRST, SECOND], 5))
    answer = post(api, body)
    assert (answer.status, answer.json["current_version"]) == (409, 5)
    assert reason in answer.json["detail"]
    assert revoked(api) == {FIRST, SECOND}


def test_the_same_list_again_changes_nothing() -> None:
    api = trusting()
    first = post(api, uploaded([FIRST], 5))
    api.now += 100
    again = post(api, uploaded([FIRST], 5))
    assert (again.status, again.json) == (200, first.json)


def test_a_later_list_does_not_revive_what_it_leaves_out() -> None:
    api = trusting()
    post(api, uploaded([FIRST, SECOND], 1))
    answer = post(api, uploaded([THIRD], 2))
    assert answer.json["warrants"] == 1
    assert revoked(api) == {FIRST, SECOND, THIRD}


def test_texts_that_are_no_warrants_are_passed_over() -> None:
    api = trusting()
    texts = [FIRST, "tnu_wrt_x", FIRST.upper(), f"{FIRST}0", "P#Proj0002", ""]
    answer = post(api, uploaded(texts))
    assert answer.json["warrants"] == 1
    assert revoked(api) == {FIRST}


def failing(times: int) -> Callable[[], None]:
    left = [*range(times)]

    def crash() -> None:
        if left:
            left.pop()
            raise RuntimeError("the instance is gone")

    return crash


@pytest.mark.parametrize("body", [uploaded([FIRST, SECOND], 3), {"warrant_ids": [FIRST, SECOND]}])
def test_what_breaks_off_has_revoked_and_is_completed_by_the_same_again(body: object) -> None:
    api = trusting()
    api.before_keeping = failing(1)
    assert post(api, body).status == 500
    assert revoked(api) == {FIRST, SECOND}
    assert api.call("GET", REVOCATIONS).json["items"] == []
    assert post(api, body).json["warrants"] == 2
    assert revoked(api) == {FIRST, SECOND}


def test_warrants_are_added_to_the_projects_own_list() -> None:
    api = Api()
    key = bytes.fromhex(api.call("GET", "/api/v1/warrants/policy").json["revocation_key"])
    assert key == OWN
    first = post(api, {"warrant_ids": [FIRST], "reason": "lost laptop"})
    assert first.status == 200, first.text
    assert (first.json["issuer"], first.json["version"]) == (OWN.hex(), 1)
    assert first.json["reason"] == "lost laptop"
    second = post(api, {"warrant_ids": [SECOND, SECOND, THIRD]})
    assert (second.json["version"], second.json["warrants"]) == (2, 3)
    assert second.json["reason"] is None
    assert revoked(api) == {FIRST, SECOND, THIRD}
    data = published(api, OWN)
    assert read(data, OWN) == (2, {FIRST, SECOND, THIRD})
    assert RevocationList.parse(data, issuers=[OWN]).ids == {FIRST, SECOND, THIRD}
    assert second.json["sha256"] == hashlib.sha256(data).hexdigest()


def test_what_is_on_the_own_list_already_makes_no_new_one() -> None:
    api = Api()
    first = post(api, {"warrant_ids": [FIRST, SECOND]})
    again = post(api, {"warrant_ids": [SECOND]})
    assert again.json == first.json


def test_the_own_list_may_be_uploaded_by_itself_and_no_other_projects() -> None:
    api = Api()
    own = own_list(PROJECT, [FIRST], version=4, now=NOW)
    assert post(api, {"list": base64.b64encode(own).decode()}).json["version"] == 4
    other = type(PROJECT)(id="Proj0002", name="x", created_at=NOW, version=1, pepper=b"q" * 32)
    foreign = own_list(other, [SECOND], version=9, now=NOW)
    assert post(api, {"list": base64.b64encode(foreign).decode()}).status == 422
    assert revoked(api) == {FIRST}


def test_two_who_add_at_the_same_time_both_get_in() -> None:
    api = Api()
    post(api, {"warrant_ids": [FIRST]})
    meanwhile = iter([SECOND])

    def other_adds() -> None:
        if wanted := next(meanwhile, None):
            post(api, {"warrant_ids": [wanted]})

    api.before_keeping = other_adds
    answer = post(api, {"warrant_ids": [THIRD]})
    assert (answer.status, answer.json["version"]) == (200, 3)
    assert read(published(api, OWN), OWN) == (3, {FIRST, SECOND, THIRD})


def test_who_loses_again_and_again_is_told_so() -> None:
    api = Api()
    more = iter(range(100, 200))

    def other_adds() -> None:
        kept, api.before_keeping = api.before_keeping, lambda: None
        post(api, {"warrant_ids": [warrant_id(next(more))]})
        api.before_keeping = kept

    api.before_keeping = other_adds
    assert post(api, {"warrant_ids": [FIRST]}).status == 409
    assert FIRST in revoked(api)


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("warrant_ids", {"warrant_ids": []}),
        ("warrant_ids", {"warrant_ids": [warrant_id(n) for n in range(1001)]}),
        ("warrant_ids.0", {"warrant_ids": [1]}),
        ("warrant_ids.0", {"warrant_ids": [FIRST.upper()]}),
        ("warrant_ids.1", {"warrant_ids": [FIRST, FIRST + "\n"]}),
        ("warrant_ids.1", {"warrant_ids": [FIRST, "*"]}),
        ("reason", {"warrant_ids": [FIRST], "reason": ""}),
        ("reason", {"warrant_ids": [FIRST], "reason": "a\u200b"}),
        ("reason", {"warrant_ids": [FIRST], "reason": "x" * 501}),
        ("more", {"warrant_ids": [FIRST], "more": 1}),
    ],
)
def test_what_is_no_warrant_is_not_revoked(field: str, body: dict[str, Any]) -> None:
    api = Api()
    answer = post(api, body)
    assert (answer.status, answer.fields) == (422, [field])
    assert not revoked(api)


def test_a_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revoke_warrants, "MAX_LIST_BYTES", len(signed([FIRST])) + 1)
    api = trusting()
    assert post(api, uploaded([FIRST])).status == 200
    assert post(api, uploaded([FIRST, SECOND], 2)).fields == ["list"]
    assert post(api, {"warrant_ids": [FIRST, SECOND]}).fields == ["warrant_ids"]
    assert revoked(api) == {FIRST}


def test_a_body_may_hold_as_long_a_list_as_is_kept() -> None:
    api = trusting()
    ids = [warrant_id(number) for number in range(4000)]
    answer = post(api, uploaded(ids))
    assert (answer.status, answer.json["warrants"]) == (200, 4000)
    assert read(published(api), ISSUER_KEY) == (1, set(ids))


def test_only_who_manages_the_project_revokes() -> None:
    api = trusting()
    event = http_event("POST", REVOCATIONS, headers={"content-type": "application/json"})
    assert api.serve(event).status == 401
    assert not revoked(api)
