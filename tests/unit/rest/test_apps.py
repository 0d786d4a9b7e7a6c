"""Service apps: registered by administrators, known by keys that are shown once."""

from typing import Any

import pytest

from gatehouse.domain import app_keys
from gatehouse.domain.errors import Unauthenticated
from tests.rest import ADMIN_TOKEN, Answer, Api
from tests.samples import API_KEY, NOW, PROJECT_ID
from tests.signing import Signer
from tests.unit.test_authenticate_principal import OTHER, Ground

APPS = "/admin/v1/apps"
TOOLS = "/api/v1/custom-tools"
GRANT = {"project_id": PROJECT_ID, "actions": ["tools:read"]}


@pytest.fixture
def api() -> Api:
    """Two projects, and no app."""
    made = Ground().api
    made.table.apps.clear()
    return made


def ask(api: Api, method: str, path: str = "", body: object = None) -> Answer:
    return api.call(method, APPS + path, body, token=ADMIN_TOKEN)


def create(api: Api, **body: object) -> Any:
    answer = ask(api, "POST", "", {"name": "billing", "grants": [GRANT], **body})
    assert answer.status == 201, answer.text
    return answer.json


def new_key(api: Api, app: Any, **body: object) -> Any:
    answer = ask(api, "POST", f"/{app['id']}/keys", body)
    assert answer.status == 201, answer.text
    return answer.json


def tools(api: Api, key: str) -> int:
    return api.call("GET", TOOLS, token=key).status


def test_with_no_app_nothing_is_open(api: Api) -> None:
    assert ask(api, "GET").json["items"] == []
    made_up = app_keys.compose("0" * 12, "0000", "0" * 32)
    for headers in ({}, {"x-service-key": ""}, {"x-service-key": made_up}):
        answer = api.call("GET", TOOLS, token=None, headers=headers)
        assert answer.status == 401
    app = create(api)
    assert tools(api, app_keys.compose(app["id"], "0000", "0" * 32)) == 401


def test_a_key_is_shown_once_stored_as_its_digest_and_good_at_once(api: Api) -> None:
    app = create(api)
    assert (app["keys"], app["is_active"], app["version"]) == ([], True, 1)
    key = new_key(api, app)
    assert tools(api, key["key"]) == 200
    stored = api.table.apps[app["id"]].keys[0]
    assert stored.digest == app_keys.digest(key["key"])
    assert key["key"] not in ask(api, "GET").text + ask(api, "GET", f"/{app['id']}").text
    assert key["key"] not in repr(api.table.apps)
    assert api.used_keys == [(app["id"], key["id"], NOW)]


def test_keys_are_rotated_through_two_and_end_at_once(api: Api) -> None:
    app = create(api)
    first, second = new_key(api, app), new_key(api, app)
    assert first["id"] != second["id"]
    third = ask(api, "POST", f"/{app['id']}/keys", {})
    assert (third.status, "at most 2 active keys" in third.json["detail"]) == (409, True)
    assert [tools(api, key["key"]) for key in (first, second)] == [200, 200]
    path = f"/{app['id']}/keys/{first['id']}"
    assert ask(api, "DELETE", path).status == 204
    assert [tools(api, key["key"]) for key in (first, second)] == [401, 200]
    assert ask(api, "DELETE", path).status == 404


def test_a_key_ends_with_its_time_and_makes_room(api: Api) -> None:
    app = create(api)
    short, lasting = new_key(api, app, days=1), new_key(api, app)
    api.now += 86_399
    assert tools(api, short["key"]) == 200
    api.now += 1
    assert [tools(api, key["key"]) for key in (short, lasting)] == [401, 200]
    follower = new_key(api, app)
    assert tools(api, follower["key"]) == 200
    assert len(ask(api, "GET", f"/{app['id']}").json["keys"]) == 2


def test_an_app_is_switched_off_and_on_and_removed(api: Api) -> None:
    app = create(api)
    key = new_key(api, app)["key"]
    off = ask(api, "PATCH", f"/{app['id']}", {"is_active": False, "version": 2})
    assert (off.status, off.json["is_active"], tools(api, key)) == (200, False, 401)
    on = ask(api, "PATCH", f"/{app['id']}", {"is_active": True, "version": 3})
    assert (on.status, tools(api, key)) == (200, 200)
    assert ask(api, "DELETE", f"/{app['id']}").status == 204
    assert tools(api, key) == 401
    assert ask(api, "GET", f"/{app['id']}").status == 404


def test_a_change_names_the_version_that_it_is_based_on(api: Api) -> None:
    app = create(api)
    stale = ask(api, "PATCH", f"/{app['id']}", {"is_active": False, "version": 9})
    assert (stale.status, stale.json["current_version"]) == (409, 1)
    assert ask(api, "PATCH", f"/{app['id']}", {"is_active": False}).fields == ["version"]


def test_what_an_app_is_granted_is_replaced_for_the_next_request(api: Api) -> None:
    app = create(api)
    key = new_key(api, app)["key"]
    grants = [{"project_id": OTHER, "actions": ["calls:read"]}]
    assert ask(api, "PATCH", f"/{app['id']}", {"grants": grants, "version": 2}).status == 200
    assert tools(api, key) == 403
    named = {"x-gatehouse-project": PROJECT_ID}
    assert api.call("GET", TOOLS, token=key, headers=named).status == 404
    own = api.call("GET", "/api/v1/project", token=key).json
    assert (own["id"], own["actions"]) == (OTHER, ["calls:read"])


def test_a_project_sees_its_apps_and_nothing_of_them_elsewhere(api: Api) -> None:
    grants = [GRANT, {"project_id": OTHER, "actions": ["calls:read"]}]
    app = create(api, grants=grants)
    create(api, name="other-app", grants=[grants[1]])
    new_key(api, app)
    listed = api.call("GET", "/api/v1/apps", token=API_KEY).json["items"]
    assert listed == [
        {"id": app["id"], "name": "billing", "is_active": True, "actions": ["tools:read"]}
    ]


def test_names_are_taken_once(api: Api) -> None:
    create(api)
    assert ask(api, "POST", "", {"name": "billing"}).status == 409


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": "Billing"}, ["name"]),
        ({"name": "a-"}, ["name"]),
        ({"grants": [GRANT, GRANT]}, ["grants"]),
        ({"grants": [{**GRANT, "actions": []}]}, ["grants.0.actions"]),
        ({"grants": [{**GRANT, "actions": ["everything"]}]}, ["grants.0.actions.0"]),
        ({"allowed_origins": ["*"]}, ["allowed_origins"]),
        ({"allowed_origins": ["null"]}, ["allowed_origins"]),
        ({"allowed_origins": ["https://*.example.com"]}, ["allowed_origins"]),
        ({"allowed_origins": ["https://app.example.com/"]}, ["allowed_origins"]),
        ({"allowed_origins": ["https://APP.example.com"]}, ["allowed_origins"]),
        ({"allowed_origins": ["https://app.example.com:443"]}, ["allowed_origins"]),
        ({"allowed_origins": ["http://app.example.com"]}, ["allowed_origins"]),
        ({"allowed_origins": ["http://127.0.0.1:3000"]}, ["allowed_origins"]),
        (
            {"allowed_origins": [f"https://a{n}.example.com" for n in range(21)]},
            ["allowed_origins"],
        ),
        (
            {"public_keys": [{"kid": "k", "public_key_pem": "x", "algorithm": "ES256"}]},
            ["public_key_pem"],
        ),
    ],
)
def test_an_app_that_breaks_a_rule_is_refused(
    api: Api, body: dict[str, object], fields: list[str]
) -> None:
    assert ask(api, "POST", "", {"name": "billing", **body}).fields == fields


def test_nothing_is_granted_in_a_project_that_is_not_there(api: Api) -> None:
    grants = [{**GRANT, "project_id": "Nobody00"}]
    assert ask(api, "POST", "", {"name": "billing", "grants": grants}).status == 404


def test_public_keys_are_kept_in_one_spelling(api: Api) -> None:
    pem = Signer().registered.public_key_pem
    key = {"kid": "k1", "public_key_pem": pem, "algorithm": "ES256"}
    app = create(api, public_keys=[key])
    assert [k["kid"] for k in app["public_keys"]] == ["k1"]
    assert api.table.apps[app["id"]].public_keys[0].public_key_pem.startswith("-----BEGIN PUBLIC")
    twice = ask(api, "PATCH", f"/{app['id']}", {"public_keys": [key, key], "version": 1})
    assert twice.fields == ["public_keys"]


@pytest.mark.parametrize("days", [0, 3651])
def test_a_key_lives_ten_years_at_most(api: Api, days: int) -> None:
    app = create(api)
    assert ask(api, "POST", f"/{app['id']}/keys", {"days": days}).fields == ["days"]


def test_no_app_key_is_read_in_another_form(api: Api) -> None:
    app = create(api)
    key = new_key(api, app)["key"]
    for wrong in (key[:-1], key + "0", key.upper(), "gsa_" + key, key.replace("gsa_", "tengine_")):
        assert tools(api, wrong) == 401
    with pytest.raises(Unauthenticated):
        app_keys.read(key[:-1] + ("0" if key[-1] != "0" else "1"))
