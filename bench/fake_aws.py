"""The AWS that measured functions talk to: it answers at once, so that AWS costs all the same.

Items are those that the real adapters write, and answers have DynamoDB's form and checksum;
tests/contract/test_bench_aws.py asks it and a full DynamoDB the same. Writes are counted, not kept:
no condition is decided here, and none of them fails.
"""

import base64
import json
import zlib
from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.sockets import Asked, Said

Json = dict[str, Any]
MAX_REMEMBERED = 5_000


@dataclass
class FakeAws:
    """`items` by table, partition and sort key; `data_key` is what KMS unwraps each key to.

    `invoke` answers an invocation of a function, given its name and payload.
    """

    secrets: Mapping[str, str]
    data_key: bytes
    invoke: Callable[[str, bytes], bytes]
    items: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)
    order: defaultdict[tuple[str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    calls: Counter[str] = field(default_factory=Counter)
    received: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    recorded: list[Asked] | None = None
    remembers: bool = True
    _remembered: dict[bytes, bytes] = field(default_factory=dict)

    def put(self, table: str, item: Json) -> None:
        """Keep an item, as the wire has it."""
        item = {name: _on_the_wire(value) for name, value in item.items()}
        place, sort = (table, item["PK"]["S"]), item["SK"]["S"]
        partition = self.items.setdefault(place, {})
        if sort not in partition:
            insort(self.order[place], sort)
        partition[sort] = item
        self._remembered.clear()

    def __call__(self, asked: Asked) -> Said:
        """Answer a request of any of the services."""
        if asked.target.startswith("/2015-03-31/functions/"):
            function = asked.target.split("/")[3]
            name, body = "Invoke", self.invoke(function, asked.body)
        else:
            name = asked.headers["x-amz-target"].rpartition(".")[2]
            body = self._remembered_body(name, asked.body)
        self.calls[name] += 1
        self.received[name] += len(asked.body)
        self.sent[name] += len(body)
        if self.recorded is not None:
            self.recorded.append(asked)
        headers = {
            "x-amzn-requestid": "0123456789ABCDEF",
            "content-type": asked.headers.get("content-type", "application/json"),
        }
        if name.endswith(("Item", "Query")):
            headers["x-amz-crc32"] = str(zlib.crc32(body))
        return Said(headers=headers, body=body)

    def _remembered_body(self, name: str, body: bytes) -> bytes:
        """Return the answer, made once for a request: this process should cost little."""
        key = name.encode() + body
        made = self._remembered.get(key) if self.remembers else None
        if made is None:
            made = json.dumps(self._answer(name, json.loads(body)), separators=(",", ":")).encode()
            if self.remembers and len(self._remembered) < MAX_REMEMBERED:
                self._remembered[key] = made
        return made

    def _answer(self, name: str, asked: Json) -> Json:
        match name:
            case "BatchGetItem":
                tables = asked["RequestItems"].items()
                found = {table: self._found(table, part["Keys"]) for table, part in tables}
                return {"Responses": found, "UnprocessedKeys": {}}
            case "GetItem":
                items = self._found(asked["TableName"], [asked["Key"]])
                return {"Item": items[0]} if items else {}
            case "Query":
                return self._queried(asked)
            case "PutItem" | "UpdateItem" | "DeleteItem":
                return {}
            case "GetSecretValue":
                text = self.secrets[asked["SecretId"]]
                return {"ARN": asked["SecretId"], "SecretString": text, "VersionId": "1"}
            case "Decrypt":
                plaintext = base64.b64encode(self.data_key).decode()
                return {"KeyId": asked["KeyId"], "Plaintext": plaintext}
            case _:
                raise NotImplementedError(name)

    def _found(self, table: str, keys: list[Json]) -> list[Json]:
        asked = ((self.items.get((table, key["PK"]["S"]), {}), key["SK"]["S"]) for key in keys)
        return [partition[sort] for partition, sort in asked if sort in partition]

    def _queried(self, asked: Json) -> Json:
        """Answer the one query that hot functions make: a range of sort keys, in order."""
        values = asked["ExpressionAttributeValues"]
        place = (asked["TableName"], values[":partition"]["S"])
        order = self.order.get(place, [])
        first = bisect_left(order, values[":first"]["S"])
        last = bisect_right(order, values[":last"]["S"])
        sorts = order[first:last][: asked["Limit"]]
        shown = asked.get("ExpressionAttributeNames", {}).values()
        items = [_projected(self.items[place][sort], shown) for sort in sorts]
        answer: Json = {"Items": items, "Count": len(items), "ScannedCount": len(items)}
        if len(sorts) < last - first:
            answer["LastEvaluatedKey"] = {"PK": {"S": place[1]}, "SK": {"S": sorts[-1]}}
        return answer


def _projected(item: Json, shown: Collection[str]) -> Json:
    """Return what is asked for of an item, or all of it."""
    return {name: item[name] for name in shown if name in item} if shown else item


def _on_the_wire(value: Json) -> Json:
    """Return an attribute's value with bytes in base64, at any depth."""
    ((kind, held),) = value.items()
    match held:
        case bytes() | bytearray():
            return {kind: base64.b64encode(held).decode()}
        case dict():
            return {kind: {name: _on_the_wire(each) for name, each in held.items()}}
        case [dict(), *_]:
            return {kind: [_on_the_wire(each) for each in held]}
        case _:
            return value
