"""What a content block may hold, whoever wrote it."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.content_blocks import annotation_errors, block_errors, is_uri
from gatehouse.domain.icons import icon_errors

TEXT = {"type": "text", "text": "Hello"}
IMAGE = {"type": "image", "data": "iVBORw0=", "mimeType": "image/png"}
RESOURCE = {"type": "resource", "resource": {"uri": "test://a", "text": "x"}}
LINK = {"type": "resource_link", "uri": "https://example.com/a", "name": "a"}
ICON = {"src": "https://example.com/i.png", "mimeType": "image/png", "sizes": ["48x48"]}


def fields(block: Any) -> list[str]:
    return [error.field for error in block_errors(block, "content")]


@pytest.mark.parametrize(
    "block",
    [
        TEXT,
        {**TEXT, "annotations": {"audience": ["user"], "priority": 0.5}, "_meta": {"a/b": 1}},
        IMAGE,
        {"type": "audio", "data": "UklGRg==", "mimeType": "audio/wav; rate=8000"},
        RESOURCE,
        {"type": "resource", "resource": {"uri": "a:b", "blob": "AA==", "mimeType": "a/b"}},
        {**LINK, "title": "A", "description": "b", "size": 3, "icons": [ICON]},
        {**LINK, "annotations": {"lastModified": "2025-01-12T15:00:58Z"}},
    ],
)
def test_what_the_protocol_describes_passes(block: object) -> None:
    assert fields(block) == []


@pytest.mark.parametrize(
    ("block", "field"),
    [
        ("text", "content"),
        ({}, "content.type"),
        ({"type": ["text"]}, "content.type"),
        ({"type": "video", "data": ""}, "content.type"),
        ({"type": "text"}, "content.text"),
        ({"type": "text", "text": 5}, "content.text"),
        ({**TEXT, "html": "<b>"}, "content.html"),
        ({**TEXT, "_meta": []}, "content._meta"),
        ({**IMAGE, "data": "not base64!"}, "content.data"),
        ({**IMAGE, "data": "iVBORw0"}, "content.data"),
        ({**IMAGE, "mimeType": "png"}, "content.mimeType"),
        ({**IMAGE, "mimeType": "image/png\r\nx"}, "content.mimeType"),
        ({"type": "image", "data": ""}, "content.mimeType"),
        ({"type": "resource", "resource": []}, "content.resource"),
        ({"type": "resource", "resource": {"uri": "a:b"}}, "content.resource"),
        (
            {"type": "resource", "resource": {"uri": "a:b", "text": "", "blob": ""}},
            "content.resource",
        ),
        ({"type": "resource", "resource": {"uri": "a b", "text": ""}}, "content.resource.uri"),
        ({**LINK, "uri": "/relative"}, "content.uri"),
        ({**LINK, "name": ""}, "content.name"),
        ({**LINK, "size": True}, "content.size"),
        ({**LINK, "size": -1}, "content.size"),
        ({**LINK, "icons": [{"src": "javascript:alert(1)"}]}, "content.icons.0.src"),
        ({**TEXT, "annotations": {"audience": "user"}}, "content.annotations.audience"),
        ({**TEXT, "annotations": {"audience": ["model"]}}, "content.annotations.audience"),
        ({**TEXT, "annotations": {"audience": [["user"]]}}, "content.annotations.audience"),
        ({**TEXT, "annotations": {"priority": 1.1}}, "content.annotations.priority"),
        ({**TEXT, "annotations": {"priority": True}}, "content.annotations.priority"),
        ({**TEXT, "annotations": {"lastModified": "today"}}, "content.annotations.lastModified"),
        ({**TEXT, "annotations": {"mood": "good"}}, "content.annotations.mood"),
    ],
)
def test_anything_else_is_named(block: object, field: str) -> None:
    assert fields(block) == [field]


def test_every_member_that_is_wrong_is_named() -> None:
    assert fields({"type": "image", "data": "?", "x": 1}) == [
        "content.mimeType",
        "content.data",
        "content.x",
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
names = st.sampled_from(
    ["type", "text", "data", "mimeType", "resource", "uri", "name", "icons", "annotations", "size"]
)


@given(st.dictionaries(names, values), st.sampled_from([TEXT, IMAGE, RESOURCE, LINK]))
def test_no_value_is_too_strange_to_be_judged(strange: Mapping[str, Any], block: Any) -> None:
    found = fields({**strange, "type": block["type"]}) + fields({**block, **strange})
    assert all(name.startswith("content") for name in found)
    assert all(list(icon_errors(value)) for value in strange.values() if value != [])
    list(annotation_errors(strange, "annotations"))


@pytest.mark.parametrize(
    ("src", "passes"),
    [
        ("https://example.com/icon.png?size=48", True),
        ("https://example.com:8443", True),
        ("data:image/svg+xml;base64,PHN2Zy8+", True),
        ("http://example.com/icon.png", False),
        ("HTTPS://user@example.com/", False),
        ("https://exa mple.com/", False),
        ("https://example.com/\n", False),
        ("data:text/html;base64,PHN2Zy8+", False),
        ("data:image/png,raw", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("data:image/png;base64," + "A" * 20_000, False),
    ],
)
def test_an_icon_is_a_picture_behind_https_or_in_place(src: str, *, passes: bool) -> None:
    assert [error.field for error in icon_errors([{"src": src}])] == (
        [] if passes else ["icons.0.src"]
    )


@pytest.mark.parametrize(
    ("icons", "field"),
    [
        ([], "icons"),
        ({}, "icons"),
        ([ICON] * 9, "icons"),
        (["https://example.com/i.png"], "icons.0"),
        ([{**ICON, "href": "x"}], "icons.0.href"),
        ([{**ICON, "mimeType": "text/html"}], "icons.0.mimeType"),
        ([{**ICON, "sizes": "48x48"}], "icons.0.sizes"),
        ([{**ICON, "sizes": ["large"]}], "icons.0.sizes"),
        ([{**ICON, "theme": "pink"}], "icons.0.theme"),
        ([{**ICON, "theme": ["dark"]}], "icons.0.theme"),
    ],
)
def test_what_is_wrong_with_icons_is_named(icons: Any, field: str) -> None:
    assert [error.field for error in icon_errors(icons)] == [field]


@pytest.mark.parametrize("uri", ["a", "a:", ":b", "a:b c", "a:{x}", "a:%zz", "a:ü", "a:\u202e"])
def test_what_is_no_uri_is_none(uri: str) -> None:
    assert not is_uri(uri)
