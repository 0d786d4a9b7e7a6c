"""How cost grows: CPU of the serving processes over the size of one thing, the rest left as it is.

The store answers at once whatever it holds, so what these curves show is what our own code does
with more of it. What DynamoDB does is argued by what is asked of it: keys and bytes, counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count, cycle

from bench.field import Field, alone, both, fielded
from bench.ground import Ground
from bench.history import Reading, read_page
from bench.measure import Figure, Subject, in_turns
from bench.runtime import Worker
from bench.world import ARGUMENTS, ENFORCED, SCHEMA, chain_of
from gatehouse.domain.members import MemberIdentity

ROUNDS = 7
CALLS = 20
FIELD_TEXT = {"type": "string", "description": "Something that is said about a contact"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """CPU in milliseconds of one call, over `of`; `bytes_read` is what AWS was asked to send."""

    title: str
    of: str
    sizes: Sequence[int]
    figures: Sequence[Figure]
    bytes_read: Sequence[int]

    @property
    def growth(self) -> float:
        """How many times the first point the last one takes: the median, round by round."""
        return self.figures[-1].ratio(self.figures[0])

    @property
    def slope(self) -> float:
        """Microseconds of CPU for each one more, by least squares."""
        costs = [figure.cpu_ms * 1000 for figure in self.figures]
        mean_x, mean_y = sum(self.sizes) / len(self.sizes), sum(costs) / len(costs)
        pairs = [(x - mean_x, y - mean_y) for x, y in zip(self.sizes, costs, strict=True)]
        return sum(x * y for x, y in pairs) / sum(x * x for x, _ in pairs)


def measure(ground: Ground, rounds: int = ROUNDS) -> tuple[list[Curve], list[Reading]]:
    """Measure every curve; last, what reading a page of call records asks of the table."""
    ground.aws.remembers = False  # one project's answers would be, and those of many would not
    with fielded(ground) as field_:
        curves = [_curve(field_, rounds, plan) for plan in PLANS]
    ground.aws.remembers = True
    return curves, [read_page(records) for records in (1_000, 10_000, 100_000, 1_000_000)]


Make = Callable[[Ground, Worker, int], Subject]


@dataclass(frozen=True, slots=True)
class _Plan:
    """A curve that is to be measured; `make` returns the calls at one size."""

    title: str
    of: str
    sizes: Sequence[int]
    make: Make


def _curve(field_: Field, rounds: int, plan: _Plan) -> Curve:
    ground = field_.ground
    worker = field_.worker(plan.title.replace("/", "-"), ground.function("mcp"))
    subjects = {str(size): plan.make(ground, worker, size) for size in plan.sizes}
    figures = in_turns(subjects, rounds)
    read = []
    for subject in subjects.values():
        ground.aws.sent.clear()
        subject.call()
        read.append(sum(ground.aws.sent.values()) - ground.aws.sent["Invoke"])
    return Curve(
        title=plan.title,
        of=plan.of,
        sizes=plan.sizes,
        figures=tuple(figures.values()),
        bytes_read=tuple(read),
    )


def _listed(ground: Ground, mcp: Worker, tools: int) -> Subject:
    held = ground.world(project_id=f"List{tools:04}", tools=tools)
    return alone(mcp, lambda: held.rpc("tools/list", {}), CALLS)


def _called(ground: Ground, mcp: Worker, tools: int) -> Subject:
    held = ground.world(project_id=f"Call{tools:04}", tools=tools)
    return both(ground, mcp, lambda: held.call(tools // 2), CALLS)


def _first(ground: Ground, mcp: Worker, projects: int) -> Subject:
    """Call each tool for the first time, whether one project has them or each of many has some."""
    return _spread(
        ground, mcp, projects, tools=(ROUNDS + 1) * CALLS + 1, prefix=f"F{len(str(projects))}"
    )


def _later(ground: Ground, mcp: Worker, projects: int) -> Subject:
    """Call a few tools again and again, whether one project has them or each of many has one."""
    return _spread(ground, mcp, projects, tools=CALLS, prefix=f"L{len(str(projects))}")


def _different(ground: Ground, mcp: Worker, tools: int) -> Subject:
    """Call so many tools evenly; of the most of them, every call is a tool's first one."""
    return _spread(ground, mcp, 100_000, tools=tools, prefix=f"{tools:03}")


def _spread(ground: Ground, mcp: Worker, projects: int, *, tools: int, prefix: str) -> Subject:
    """Call tools in turns, spread evenly over so many projects.

    Those that will be called are made before: what this process does between two calls leaves less
    of the processor's caches to the measured ones, and should be the same at every size.
    """
    numbers = [turn * 7_919 % projects for turn in range(tools)]
    worlds = {
        number: ground.world(
            project_id=f"{prefix}{number:0{8 - len(prefix)}}",
            schema={**SCHEMA, "title": f"of project {number}"},
            tools=-(-tools // projects),
        )
        for number in set(numbers)
    }
    called = cycle([(worlds[number], turn // projects) for turn, number in enumerate(numbers)])

    def event() -> bytes:
        held, number = next(called)
        return held.call(number)

    return both(ground, mcp, event, CALLS, uses=1)


def _members(ground: Ground, mcp: Worker, members: int) -> Subject:
    """Spread the calls evenly over so many members of one project."""
    held, numbers = ground.world(project_id="Members1"), count()

    def event() -> bytes:
        member = MemberIdentity(external_id=f"user-{next(numbers) * 7_919 % members}")
        return replace(held, member=member).call()

    return both(ground, mcp, event, CALLS, uses=1)


def _schema(ground: Ground, mcp: Worker, properties: int) -> Subject:
    more = {f"field_{number:03}": FIELD_TEXT for number in range(properties)}
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], **more}}
    held = ground.world(project_id=f"Schem{properties:03}", schema=schema)
    return both(ground, mcp, held.call, CALLS)


def _arguments(ground: Ground, mcp: Worker, size: int) -> Subject:
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], "note": FIELD_TEXT}}
    held = ground.world(project_id="Argument", schema=schema)
    return both(ground, mcp, lambda: held.call(arguments={**ARGUMENTS, "note": "n" * size}), CALLS)


def _chain(ground: Ground, mcp: Worker, depth: int) -> Subject:
    held, chain = ground.world(project_id="Chains01", policy=ENFORCED), chain_of(depth)
    return both(ground, mcp, lambda: held.call(chain=chain), CALLS)


TOOLS = (10, 30, 100, 300, 1_000)
PROJECTS = (1, 100, 10_000, 100_000)
PLANS = (
    _Plan("tools/list, one page", "tools of the project", TOOLS, _listed),
    _Plan("tools/call", "tools of the project", TOOLS, _called),
    _Plan("a tool's first tools/call", "projects", PROJECTS, _first),
    _Plan("a tool's later tools/calls", "projects", PROJECTS, _later),
    _Plan("tools/call", "different tools, called evenly", (1, 20, 160), _different),
    _Plan("tools/call", "members, calling evenly", (1, 1_000, 100_000), _members),
    _Plan("tools/call", "properties of the schema", (1, 10, 50, 200), _schema),
    _Plan("tools/call", "bytes of arguments", (10, 1_000, 10_000, 100_000), _arguments),
    _Plan("tools/call, with a warrant", "warrants of the chain", (1, 2, 4, 8, 16), _chain),
)
