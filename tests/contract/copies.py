"""What must hold of copies, looked at behind everybody's back."""

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KINDS = {"META", "INT", "KEY", "TOOL", "TOOLDEF", "PROMPT", "ROOT"}


def read_wrongly(client: "DynamoDBClient", table: str) -> list[str]:
    """Say which copies that readers may read differ from the items themselves.

    It spells keys and kinds itself, so that it does not err with the code.
    """
    items: dict[str, dict[tuple[str, str], Any]] = defaultdict(dict)
    for page in client.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            content = {k: v for k, v in item.items() if k not in {"PK", "SK"}}
            _p, _, rest = item["PK"]["S"].partition("#")
            project_id, _, copy = rest.partition("#")
            number, _, kind = copy.partition("#")
            if item["PK"]["S"].startswith("P#") and (not number or number.isdigit()):
                sort = item["SK"]["S"]
                assert not kind or sort.split("#")[0] == kind
                items[project_id][number, sort] = content
    return [wrong for project in items.values() for wrong in _differences(project)]


def _differences(items: dict[tuple[str, str], Any]) -> list[str]:
    home = {
        sort: content
        for (number, sort), content in items.items()
        if not number and sort.split("#")[0] in KINDS
    }
    stated = json.loads(home["META"].get("copies", {"S": '{"read": []}'})["S"])["read"]
    wrong = []
    for number in {number for number, _sort in items if number}:
        copy = {sort: content for (where, sort), content in items.items() if where == number}
        if ("META" in copy) != (int(number) in stated):
            wrong.append(f"META stands in copy {number}, or is missing there")
        if int(number) in stated and copy != home:
            wrong.append(f"copy {number} differs")
    return wrong + [f"copy {n} is empty" for n in stated if (str(n), "META") not in items]
