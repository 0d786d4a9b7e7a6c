"""What SARIF 2.1.0 (OASIS Standard) requires of a log, of the objects that ours may have.

Written from the specification; each object names its section, and no property that the section does
not have is taken. `SHAPE` is what can be said of each object alone, `broken` what links them.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]


def _object(section: str, required: tuple[str, ...], **properties: object) -> Json:
    """Return the rule of an object: these properties, and no others."""
    return {
        "$comment": f"section {section}",
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def _list(items: Json, **rules: object) -> Json:
    return {"type": "array", "items": items, **rules}


TEXT: Final[Json] = {"type": "string", "minLength": 1}
INDEX: Final[Json] = {"type": "integer", "minimum": -1}
URI: Final[Json] = {"type": "string", "format": "uri"}
BAG: Final[Json] = {
    "$comment": "section 3.8",
    "type": "object",
    "properties": {"tags": _list({"type": "string"}, uniqueItems=True)},
}
MESSAGE: Final = _object(
    "3.11",
    ("text",),  # or an id, of which ours have none
    text=TEXT,
    markdown=TEXT,
    arguments=_list({"type": "string"}),
    properties=BAG,
)
STRING: Final = _object("3.12", ("text",), text=TEXT, markdown=TEXT, properties=BAG)
RULE: Final = _object(
    "3.49",
    ("id",),
    id=TEXT,
    name=TEXT,
    shortDescription=STRING,
    fullDescription=STRING,
    help=STRING,
    helpUri=URI,
    properties=BAG,
)
DRIVER: Final = _object(
    "3.19",
    ("name",),
    name=TEXT,
    fullName=TEXT,
    version=TEXT,
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$"},
    informationUri=URI,
    rules=_list(RULE, uniqueItems=True),
    properties=BAG,
)
PLACE: Final = _object("3.33", (), name=TEXT, fullyQualifiedName=TEXT, kind=TEXT, properties=BAG)
LOCATION: Final = _object(
    "3.28", (), logicalLocations=_list(PLACE, uniqueItems=True), message=MESSAGE, properties=BAG
)
RESULT: Final = _object(
    "3.27",
    ("message",),
    ruleId=TEXT,
    ruleIndex=INDEX,
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level={"enum": ["none", "note", "warning", "error"]},
    message=MESSAGE,
    locations=_list(LOCATION),
    properties=BAG,
)
RUN: Final = _object(
    "3.14",
    ("tool",),
    tool=_object("3.18", ("driver",), driver=DRIVER, properties=BAG),
    results=_list(RESULT),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    properties=BAG,
)
SHAPE: Final = _object(
    "3.13",
    ("version", "runs"),
    **{"$schema": URI},
    version={"const": "2.1.0"},
    runs=_list(RUN),
    properties=BAG,
)
_PLACEHOLDER: Final = re.compile(r"\{\{|\}\}")
_LINK: Final = re.compile(r"(?<!\\)\[[^\]]*\]\(")


def broken(log: Json) -> Iterator[str]:
    """Yield what does not hold between the objects of a log that has the shape."""
    for run in log["runs"]:
        rules = run["tool"]["driver"].get("rules", [])
        ids = [rule["id"] for rule in rules]
        if len(set(ids)) != len(ids):
            yield "two rules have one id (3.49.3)"
        for result in run.get("results", []):
            yield from _result(result, ids)
    for text in _texts(log):
        # 3.11.5: braces are for placeholders, of which a message without arguments has none.
        if {"{", "}"} & set(_PLACEHOLDER.sub("", text)):
            yield f"a brace stands alone (3.11.5): {text}"
        if _LINK.search(text):
            yield f"a link leads nowhere (3.11.6): {text}"


def _result(result: Json, ids: list[str]) -> Iterator[str]:
    index = result.get("ruleIndex", -1)
    if index >= len(ids) or (index >= 0 and ids[index] != result["ruleId"]):
        yield f"ruleIndex {index} is not of {result['ruleId']} (3.27.5, 3.27.6)"
    if result.get("kind", "fail") != "fail" and result.get("level", "none") != "none":
        yield "a level is for what fails (3.27.10)"


def _texts(value: object) -> Iterator[str]:
    """Yield the text of every message."""
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        if isinstance(text := value.get("text"), str):
            yield text
        for each in value.values():
            yield from _texts(each)
