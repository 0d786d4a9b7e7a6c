"""resources/list, resources/templates/list and resources/read, in both eras."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.calls import Dispatched, Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.resources import ResourceDefinition
from gatehouse.ports.calls import DispatchUncertain
from tests.fakes.dispatch import answered
from tests.offers import BEHIND, GUIDE, NOTE, stored_resource
from tests.samples import ADA, PROJECT, PROJECT_ID
from tests.unit.mcp.world import Answer, World, token

CONTACT = "crm://contacts/7"


def world(*definitions: ResourceDefinition) -> World:
    made = World()
    made.offer(*(stored_resource(each) for each in definitions or (GUIDE, NOTE, BEHIND)))
    return made


def read(made: World, uri: object, **options: Any) -> Answer:
    return made.modern("resources/read", {"uri": uri}, **options)


def behind(**changes: Any) -> ResourceDefinition:
    assert BEHIND.endpoint
    return replace(BEHIND, endpoint=replace(BEHIND.endpoint, **changes))


def test_resources_and_templates_are_listed_apart() -> None:
    listed = world().modern("resources/list").result
    assert (listed["ttlMs"], listed["cacheScope"]) == (0, "private")
    assert listed["resources"] == [
        {
            "uri": "test://guide",
            "name": "guide",
            "title": "Guide",
            "mimeType": "text/markdown",
            "annotations": {"audience": ["user"], "priority": 0.5},
        }
    ]
    listed = world().modern("resources/templates/list").result
    assert (listed["ttlMs"], listed["cacheScope"]) == (0, "private")
    assert [each["uriTemplate"] for each in listed["resourceTemplates"]] == [
        "crm://contacts/{id}",
        "test://notes/{id}",
    ]
    assert set(world().legacy("resources/list").result) == {"resources"}


def asking_for_approval(*, approve: bool) -> World:
    made = World()
    settings = ProjectSettings(require_approval=True)
    made.table.projects[PROJECT_ID] = replace(PROJECT, settings=settings)
    for definition in (GUIDE, NOTE, BEHIND):
        stored = stored_resource(definition)
        digest = stored.digest if approve else "of another definition"
        made.offer(replace(stored, approved_digest=digest))
    return made


@pytest.mark.parametrize("uri", [CONTACT, "test://guide", "test://notes/7"])
def test_where_approval_is_asked_for_a_changed_resource_is_unknown(uri: str) -> None:
    made = asking_for_approval(approve=False)
    assert read(made, uri).fault == read(made, "test://nothing").fault
    assert made.modern("resources/list").result["resources"] == []
    assert made.modern("resources/templates/list").result["resourceTemplates"] == []
    reference = {"type": "ref/resource", "uri": "test://notes/{id}"}
    typed = {"ref": reference, "argument": {"name": "id", "value": "7"}}
    assert made.modern("completion/complete", typed).status == 400
    assert not made.dispatcher.asked


@pytest.mark.parametrize("uri", [CONTACT, "test://guide", "test://notes/7"])
def test_an_approved_resource_is_listed_and_read(uri: str) -> None:
    made = asking_for_approval(approve=True)
    made.dispatcher.says = answered(b"{}")
    assert read(made, uri, credential=token()).result["contents"]
    assert len(made.modern("resources/list").result["resources"]) == 1
    assert len(made.modern("resources/templates/list").result["resourceTemplates"]) == 2


def test_one_lists_cursor_is_no_others() -> None:
    made = World()
    many = [replace(NOTE, name=f"n{i:03}", uri_template=f"test://{i}/{{id}}") for i in range(101)]
    made.offer(*(stored_resource(each) for each in many))
    cursor = made.modern("resources/templates/list").result["nextCursor"]
    rest = made.modern("resources/templates/list", {"cursor": cursor}).result
    assert [each["name"] for each in rest["resourceTemplates"]] == ["n100"]
    for other in ("resources/list", "prompts/list", "tools/list"):
        assert made.modern(other, {"cursor": cursor}).fault[:2] == (400, -32602)


def test_a_stored_text_stands_as_written_and_a_template_is_filled() -> None:
    found = read(world(), "test://guide").result
    assert (found["ttlMs"], found["cacheScope"]) == (0, "private")
    assert found["contents"] == [
        {"uri": "test://guide", "mimeType": "text/markdown", "text": GUIDE.text}
    ]
    found = read(world(), "test://notes/a%20b").result
    assert found["contents"] == [{"uri": "test://notes/a%20b", "text": "Note a b"}]
    assert not world().records.records


def test_a_stored_blob_is_given_as_it_is() -> None:
    picture = replace(GUIDE, text=None, blob="AAEC", mime_type="image/png")
    found = read(world(picture), "test://guide").result["contents"]
    assert found == [{"uri": "test://guide", "mimeType": "image/png", "blob": "AAEC"}]


def test_an_endpoint_is_called_as_the_caller() -> None:
    made = world()
    answer = read(made, CONTACT, credential=token())
    contents = answer.result["contents"][0]
    assert contents == {"uri": CONTACT, "mimeType": "application/json", "text": '{"name":"Ada"}'}
    (asked,) = made.dispatcher.asked
    assert (asked.tool.definition.name, asked.arguments) == ("resource/contact", {"id": "7"})
    assert (asked.member, asked.tool.project_id) == (ADA, PROJECT_ID)
    assert answer.result["_meta"]["gatehouse/requestId"] == asked.request_id
    assert asked.deduplication is None


@pytest.mark.parametrize(
    ("content_type", "body", "members"),
    [
        ("text/plain; charset=iso-8859-1", b"\xfc", {"mimeType": "text/plain", "text": "ü"}),
        ("image/png", b"\0\1", {"mimeType": "image/png", "blob": "AAE="}),
        ("application/ld+json", b"{}", {"mimeType": "application/ld+json", "text": "{}"}),
        ("", b"\0", {"mimeType": "application/json", "blob": "AA=="}),
    ],
)
def test_what_an_endpoint_answers_is_text_or_blob(
    content_type: str, body: bytes, members: dict[str, str]
) -> None:
    made = world()
    made.dispatcher.says = answered(body, content_type)
    assert read(made, CONTACT).result["contents"] == [{"uri": CONTACT, **members}]


def test_unknown_disabled_and_foreign_resources_are_the_same() -> None:
    disabled, foreign, wrong = World(), World(), World()
    disabled.offer(stored_resource(GUIDE, is_enabled=False))
    foreign.offer(stored_resource(GUIDE, project_id="Proj0002"))
    wrong.table.resources[PROJECT_ID, "guide"] = stored_resource(GUIDE, project_id="Proj0002")
    for each in (World(), disabled, foreign, wrong):
        answer = read(each, "test://guide")
        assert answer.fault == (400, -32602, "Resource not found")
        assert answer.json["error"]["data"] == {"uri": "test://guide"}
        answer = each.legacy("resources/read", {"uri": "test://guide"})
        assert answer.fault == (200, -32002, "Resource not found")
        assert answer.json["error"]["data"] == {"uri": "test://guide"}
    assert not disabled.modern("resources/list").result["resources"]


@pytest.mark.parametrize("status", [404, 410])
def test_what_an_endpoint_does_not_have_is_not_found(status: int) -> None:
    made = world()
    made.dispatcher.says = answered(b"{}", status=status)
    assert read(made, CONTACT).fault == (400, -32602, "Resource not found")


def test_an_endpoint_that_fails_is_told_as_that() -> None:
    made = world()
    made.dispatcher.says = answered(b'{"secret":"internals"}', status=500)
    answer = read(made, CONTACT)
    assert answer.fault == (502, 502, "The upstream answered with HTTP status 500")
    assert "internals" not in answer.text
    assert made.legacy("resources/read", {"uri": CONTACT}).fault[:2] == (200, 502)
    made.dispatcher.says = Dispatched(outcome=Outcome.FAILED, duration_ms=1, error="No connection")
    assert read(made, CONTACT).fault == (502, 502, "No connection")


def test_a_fetched_text_hides_nothing_and_says_that_it_was_cleaned() -> None:
    made = world()
    made.dispatcher.says = answered("a\u200bb\x1b[31mc".encode(), "text/plain")
    [contents] = read(made, CONTACT).result["contents"]
    assert contents["text"] == "abc"
    assert contents["_meta"] == {"gatehouse/sanitized": True}
    made.dispatcher.says = answered(b"abc", "text/plain")
    assert "_meta" not in read(made, CONTACT).result["contents"][0]


def test_a_cut_or_too_large_resource_is_not_passed_off_as_whole() -> None:
    made = world()
    whole = answered(b"x", "text/plain")
    assert whole.answer
    made.dispatcher.says = replace(whole, answer=replace(whole.answer, truncated=True))
    assert read(made, CONTACT).fault[0] == 502
    made.dispatcher.says = answered(b"\0" * 4_000_000, "application/zip")
    assert read(made, CONTACT).fault == (502, 502, "The resource is too large to be read")


def test_a_call_without_an_answer_is_recorded_as_unknown() -> None:
    made = world()
    made.dispatcher.raises = DispatchUncertain
    assert read(made, CONTACT).fault[:2] == (502, 502)
    (record,) = made.records.records.values()
    assert (record.tool_name, record.outcome) == ("resource/contact", Outcome.UNKNOWN)
    made.dispatcher.raises = Unavailable
    assert read(made, CONTACT).fault[:2] == (503, -32603)


def test_a_resource_for_members_refuses_an_api_key_and_records_it() -> None:
    made = world(behind(require_member=True))
    assert read(made, CONTACT).fault == (400, -32602, "Member context required")
    (record,) = made.records.records.values()
    assert (record.tool_name, record.outcome, record.reason) == (
        "resource/contact",
        Outcome.DENIED,
        "member_required",
    )
    assert not made.dispatcher.asked
    assert read(made, CONTACT, credential=token()).result


def test_a_resource_for_some_roles_refuses_the_others() -> None:
    made = world(behind(allowed_roles=("auditor",)))
    assert read(made, CONTACT, credential=token()).fault[:2] == (400, -32602)
    assert not made.dispatcher.asked
    made = world(behind(allowed_roles=("auditor", "admin")))
    assert read(made, CONTACT, credential=token()).result


def test_an_endpoint_is_no_tool_that_could_be_called() -> None:
    made = world()
    for name in ("resource/contact", "contact"):
        assert made.modern("tools/call", {"name": name}).fault[:2] == (400, -32602)
    assert not made.dispatcher.asked


@pytest.mark.parametrize("uri", [None, 5, "", "test://" + "x" * 2048])
def test_what_can_be_no_uri_is_refused(uri: Any) -> None:
    assert world().legacy("resources/read", {"uri": uri}).fault[1] in (-32602, -32002)


def test_the_uri_stands_in_the_header_too() -> None:
    for name in (None, "test://other"):
        assert read(world(), "test://guide", Mcp_Name=name).fault[:2] == (400, -32020)
    encoded = base64.b64encode(b"test://guide").decode()
    assert read(world(), "test://guide", Mcp_Name=f"=?base64?{encoded}?=").result


def test_older_clients_may_subscribe_and_newer_ones_are_told_there_is_no_such_method() -> None:
    for method in ("resources/subscribe", "resources/unsubscribe"):
        assert world().legacy(method, {"uri": "test://guide"}).result == {}
        assert world().legacy(method).fault[:2] == (200, -32602)
        assert world().modern(method, {"uri": "test://guide"}).fault[:2] == (404, -32601)
