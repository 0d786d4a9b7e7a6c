"""Projects through the API: the administrator's, and each its own."""

from tests.rest import ADMIN_TOKEN, Answer, Api
from tests.samples import API_KEY, PROJECT_ID

PROJECTS = "/admin/v1/projects"


def admin(api: Api, method: str, path: str = PROJECTS, body: object = None, **more: str) -> Answer:
    return api.call(method, path, body, token=ADMIN_TOKEN, query=more.get("query", ""))


def test_a_project_starts_with_a_key_of_its_own_that_is_shown_once() -> None:
    api = Api()
    project = admin(api, "POST", body={"name": "New"})
    assert project.status == 201
    assert project.json.keys() == {
        "id", "name", "settings", "replicas_in_use", "version", "created_at",
    }  # fmt: skip
    made = admin(api, "POST", f"{PROJECTS}/{project.json['id']}/integrations", {"name": "backend"})
    assert made.status == 201
    assert made.json["scopes"] == ["exchange", "manage", "mcp"]
    key = made.json["api_key"]
    assert api.call("GET", "/api/v1/project", token=key).json["id"] == project.json["id"]
    listed = api.call("GET", "/api/v1/integrations", token=key)
    assert key not in listed.text
    assert "digest" not in listed.text


def test_projects_do_not_share_their_pepper_or_tell_it() -> None:
    api = Api()
    answers = [admin(api, "POST", body={"name": "New"}), admin(api, "GET")]
    assert not any("pepper" in answer.text for answer in answers)


def test_a_name_is_visible_text() -> None:
    for name in ("", " ", "x" * 201, "a\u200bb", "a\0"):
        answer = admin(Api(), "POST", body={"name": name})
        assert (answer.status, answer.fields) == (422, ["name"])


def test_projects_are_listed_read_and_renamed() -> None:
    api = Api()
    made = admin(api, "POST", body={"name": "New"}).json
    path = f"{PROJECTS}/{made['id']}"
    assert {p["id"] for p in admin(api, "GET").json["items"]} == {PROJECT_ID, made["id"]}
    assert admin(api, "GET", path).headers["etag"] == '"1"'
    renamed = admin(api, "PATCH", path, {"name": "Newer", "version": 1})
    assert (renamed.json["name"], renamed.json["version"]) == ("Newer", 2)
    lost = admin(api, "PATCH", path, {"name": "Newest", "version": 1})
    assert (lost.status, lost.json["current_version"]) == (409, 2)


def test_settings_are_kept_until_they_are_changed_and_null_lifts_them() -> None:
    api = Api()
    path = f"{PROJECTS}/{PROJECT_ID}"

    def changed(body: object) -> object:
        return admin(api, "PATCH", path, body).json["settings"]["upstream_origins"]

    wanted = {"upstream_origins": ["https://API.example.com:443", "https://b.example:8443"]}
    kept = ["https://api.example.com", "https://b.example:8443"]
    assert changed({"settings": wanted, "version": 1}) == kept
    assert changed({"name": "Acme 2", "version": 2}) == kept
    assert changed({"settings": {}, "version": 3}) == kept
    own = api.call("GET", "/api/v1/project").json
    assert (own["name"], own["settings"]["upstream_origins"]) == ("Acme 2", kept)
    assert changed({"settings": {"upstream_origins": []}, "version": 4}) == []
    assert changed({"settings": {"upstream_origins": None}, "version": 5}) is None


def test_only_origins_that_could_be_called_may_be_listed() -> None:
    for origin in ("https://127.0.0.1", "https://a.example/x", "http://a.example", "a.example"):
        settings = {"upstream_origins": ["https://ok.example", origin]}
        body = {"settings": settings, "version": 1}
        answer = admin(Api(), "PATCH", f"{PROJECTS}/{PROJECT_ID}", body)
        assert (answer.status, answer.fields) == (422, ["settings.upstream_origins.1"])
    many = {"upstream_origins": [f"https://a{number}.example" for number in range(51)]}
    answer = admin(Api(), "PATCH", f"{PROJECTS}/{PROJECT_ID}", {"settings": many, "version": 1})
    assert answer.fields == ["settings.upstream_origins"]


def test_deleting_takes_the_name_and_ends_every_key_at_once() -> None:
    api = Api()
    path = f"{PROJECTS}/{PROJECT_ID}"
    for query in ("", "confirm=", "confirm=acme"):
        assert admin(api, "DELETE", path, query=query).fields == ["confirm"]
    assert api.call("GET", "/api/v1/project").status == 200
    assert admin(api, "DELETE", path, query="confirm=Acme").status == 204
    assert api.call("GET", "/api/v1/project", token=API_KEY).status == 401
    assert admin(api, "GET").json["items"] == []


def test_what_is_no_project_is_not_found_whatever_its_shape() -> None:
    api = Api()
    for project_id in ("Nobody00", "x", "..", "P#x", "x" * 500):
        path = f"{PROJECTS}/{project_id}"
        answers = [
            admin(api, "GET", path),
            admin(api, "PATCH", path, {"name": "x", "version": 1}),
            admin(api, "DELETE", path, query="confirm=x"),
            admin(api, "POST", f"{path}/integrations", {"name": "x"}),
        ]
        assert [answer.status for answer in answers] == [404] * 4
