"""Simulate the reads of 10,000 calls a second of one project: what each partition bears.

    python -m bench.reads_simulation

It drives the real adapter, `gatehouse.aws.authority`, over a DynamoDB that counts what each
partition key is read, in units as DynamoDB counts them (a consistent read of 4 KB, and one for what
is not there). Nothing is random but what the seed fixes; no wall clock is read.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.copies import Copies, copies_attribute, copy_key, is_copied
from gatehouse.aws.principal_items import assertion_key_item, member_item
from gatehouse.aws.project_items import integration_item, project_item
from gatehouse.aws.tool_items import tool_items
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.projects import ALL_SCOPES, Integration, Project
from gatehouse.domain.tools import HttpMethod, Tool, ToolDefinition
from gatehouse.ports.authority import Wanted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from gatehouse.aws.attributes import NewItem

CAPACITY: Final = 3_000
"""Units that one partition serves in a second."""
UNIT: Final = 4096
CALLS: Final = 10_000
MEMBERS: Final = 10_000
PROJECT_ID: Final = "Proj0001"
INTEGRATION_ID: Final = "Integ001"


@dataclass(frozen=True, kw_only=True)
class Load:
    """Calls of one tool, whose definition is so large, spread over instances."""

    replicas: int
    definition_bytes: int = 3_000
    as_members: bool = True
    instances: int = 500
    calls: int = CALLS
    seed: int = 7


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Units read in one second: by the kind of item, from the hottest partition key of each.

    `home` is what `P#<project>` bears, where the items themselves stand.
    """

    load: Load
    hottest: Mapping[str, int]
    home: int
    round_trips: int


@dataclass
class CountingTable:
    """DynamoDB as far as the authorizing read needs it; keys are (PK, SK)."""

    items: "dict[tuple[str, str], NewItem]" = field(default_factory=dict)
    units: Counter[tuple[str, str]] = field(default_factory=Counter)
    round_trips: int = 0

    def put(self, item: "NewItem") -> None:
        """Store an item."""
        self.items[_place(item)] = item

    def batch_get_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: ANN401, N803
        """Return the items, and count the units of each."""
        self.round_trips += 1
        ((table, asked),) = RequestItems.items()
        found = []
        for key in asked["Keys"]:
            place = _place(key)
            item = self.items.get(place)
            self.units[place] += 1 if item is None else -(-_size(item) // UNIT)
            if item is not None:
                found.append(item)
        return {"Responses": {table: found}, "UnprocessedKeys": {}}


def simulate(load: Load) -> Outcome:
    """Make a second's calls from instances that have read the project before."""
    table, dice = _filled(load), random.Random(load.seed)  # noqa: S311 - a simulation
    client, choose = cast("DynamoDBClient", table), partial(dice.randrange)
    instances = [DynamoAuthority(client, "table", choose) for _ in range(load.instances)]
    for instance in instances:
        instance.read(_wanted(load, 0))
    table.units.clear()
    table.round_trips = 0
    for _call in range(load.calls):
        dice.choice(instances).read(_wanted(load, dice.randrange(MEMBERS)))
    return _outcome(load, table)


def _outcome(load: Load, table: CountingTable) -> Outcome:
    partitions: Counter[tuple[str, str]] = Counter()
    home = 0
    for (partition, sort), units in table.units.items():
        partitions[sort.partition("#")[0], partition] += units
        if partition == f"P#{PROJECT_ID}":
            home += units
    hottest: dict[str, int] = {}
    for (kind, _partition), units in partitions.items():
        hottest[kind] = max(units, hottest.get(kind, 0))
    return Outcome(
        load=load,
        hottest=hottest,
        home=home,
        round_trips=table.round_trips,
    )


def _wanted(load: Load, member: int) -> Wanted:
    wanted = Wanted(project_id=PROJECT_ID, integration_id=INTEGRATION_ID, tool_name="lookup")
    if not load.as_members:
        return wanted
    return wanted._replace(assertion_kid="backend-v1", member_external_id=f"user-{member}")


def _filled(load: Load) -> CountingTable:
    """Return the table as it stands when all copies are filled."""
    numbers = tuple(range(1, load.replicas + 1)) if load.replicas > 1 else ()
    table = CountingTable()
    for item in _items(load.definition_bytes, Copies(read=numbers, unused=1 + len(numbers))):
        table.put(item)
        for number in numbers if is_copied(item) else ():
            table.put({**item, **copy_key(item, number)})
    for number in range(MEMBERS):
        table.put(member_item(PROJECT_ID, MemberStanding(external_id=f"user-{number}")))
    return table


def _items(definition_bytes: int, copies: Copies) -> "list[NewItem]":
    project = Project(id=PROJECT_ID, name="Busy", created_at=0, version=1, pepper=b"p" * 32)
    integration = Integration(
        id=INTEGRATION_ID,
        project_id=PROJECT_ID,
        name="backend",
        scopes=ALL_SCOPES,
        key_digest="0" * 64,
        created_by="admin",
        created_at=0,
    )
    key = AssertionKey(
        kid="backend-v1",
        algorithm=AssertionAlgorithm.RS256,
        public_key_pem="k" * 800,
        created_at=0,
    )
    definition = ToolDefinition(
        name="lookup",
        # It stands in the item twice: as it was given, and as clients see it.
        description="d" * (definition_bytes // 2 - 400),
        input_schema={"type": "object"},
        base_url="https://api.example.com",
        http_method=HttpMethod.GET,
        endpoint_path="/",
    )
    tool = Tool(
        project_id=PROJECT_ID,
        definition=definition,
        digest="0" * 64,
        version=1,
        is_enabled=True,
        created_at=0,
        updated_at=0,
    )
    return [
        {**project_item(project), **copies_attribute(copies)},
        integration_item(integration),
        assertion_key_item(PROJECT_ID, key),
        *tool_items(tool),
    ]


def _place(key: "NewItem") -> tuple[str, str]:
    found = cast("Mapping[str, Mapping[str, str]]", key)
    return found["PK"]["S"], found["SK"]["S"]


def _size(item: "NewItem") -> int:
    """Return about as many bytes as DynamoDB counts: names and values."""
    values = cast("Mapping[str, Mapping[str, object]]", item)
    return sum(len(name) + len(str(*value.values())) for name, value in values.items())


LOADS: Final = (
    *(Load(replicas=k) for k in (1, 2, 4, 8)),
    Load(replicas=8, definition_bytes=8_000),
    Load(replicas=8, definition_bytes=12_000),
    Load(replicas=4, as_members=False),
    Load(replicas=8, as_members=False),
)
KINDS: Final = ("META", "INT", "KEY", "TOOL", "TOOLDEF", "MEMBER")


def report(outcomes: list[Outcome]) -> str:
    """Return what came out as a table of Markdown."""
    columns = ("replicas", "callers", "definition", *KINDS, "`P#<project>`", "reads")
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for outcome in outcomes:
        load = outcome.load
        shown = (f"{outcome.hottest.get(kind, 0):,}" for kind in KINDS)
        lines.append(
            f"| {load.replicas} | {'sessions' if load.as_members else 'API keys'} | "
            f"{load.definition_bytes // 1000} KB | {' | '.join(shown)} | {outcome.home:,} | "
            f"{outcome.round_trips / load.calls:.2f} a call |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table."""
    print(report([simulate(load) for load in LOADS]))


if __name__ == "__main__":
    main()
