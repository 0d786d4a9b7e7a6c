"""Fuzz the warrant verifier: `make fuzz`, or `python -m tests.fuzz.warrants [seconds]`.

Inputs are whole chains with bytes changed, random payloads and constraints under good signatures,
expressions of random text, and large inputs built to be slow. Each may end in an answer or in
`Denied`; anything else, or more than `MOST_SECONDS` of CPU on an input of at most 64 KB, fails.
"""

import gc
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from gatehouse.domain.warrants import Authorizer, Denied, RevocationList, cbor
from gatehouse.domain.warrants.approvals import require_approvals
from gatehouse.domain.warrants.chain import VerifiedChains
from gatehouse.domain.warrants.constraints.base import covers
from gatehouse.domain.warrants.constraints.reading import read
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.receipts import read_receipt
from tests.fuzz.slow import slow_chains, slow_questions
from tests.warrants import KEYS, NOW, PUBLIC, Minted, constrained, gates, proof, signed

MOST_SECONDS = 0.05
DEFAULT_SECONDS = 60.0
MAX_NESTING = 5

Run = Callable[[], object]


def main(seconds: float, seed: int) -> int:
    """Fuzz for some seconds and print what happened; 1 when something failed."""
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    slowest = (0.0, "")
    warm_up()
    gc.disable()  # a collection in the middle of an input would be counted as its own
    for name, run in chain(slow_inputs(), endless(chance, time.monotonic() + seconds)):
        took, outcome = timed(run)
        outcomes[outcome] += 1
        slowest = max(slowest, (took, name))
        if outcome.startswith("FAILED") or took > MOST_SECONDS:
            print(f"{outcome} after {took * 1000:.1f} ms: {name} (seed {seed})")
            return 1
        if sum(outcomes.values()) % 500 == 0:
            gc.collect()
    print(f"{sum(outcomes.values())} inputs, slowest {slowest[0] * 1000:.1f} ms ({slowest[1]})")
    for outcome, count in outcomes.most_common():
        print(f"{count:8} {outcome}")
    return 0


def timed(run: Run) -> tuple[float, str]:
    """Run one input; when it seems slow, again, so that a busy machine is not blamed on it."""
    best = float("inf")
    outcome = ""
    for _ in range(3):
        before = time.process_time()
        try:
            run()
            outcome = "answered"
        except Denied as denied:
            outcome = denied.reason
        except BaseException as error:  # noqa: BLE001 - that is what is looked for
            return 0.0, f"FAILED {type(error).__name__}: {error}"
        best = min(best, time.process_time() - before)
        if best <= MOST_SECONDS / 2:
            break
    return best, outcome


def verifier() -> Authorizer:
    """Return a verifier that has verified nothing."""
    return Authorizer([PUBLIC["root"]], cache=VerifiedChains())


def check(stack: bytes, arguments: dict[str, object], pop: bytes) -> object:
    """Ask about one call."""
    approvals = [b"\xa0"]
    return verifier().check(stack, "t", arguments, pop, approvals=approvals, now=NOW)


def warm_up() -> None:
    """Load what is loaded late, so that it is not counted as the first input's."""
    for wire, value in (
        ([5, {"pattern": "a+"}], "a"),
        ([9, "https://*.a.com/*"], "https://x.a.com/"),
        ([8, "10.0.0.0/8"], "10.0.0.1"),
        ([18, {}], "https://a.com/"),
        ([15, {"expression": "value.matches('a')"}], "a"),
        ([17, {"root": "/a"}], "/a"),
        ([128, {"allow": ["ls"]}], "ls"),
    ):
        made = Minted().to("alice", k3=constrained(wire), k10=gates({"u": {"args": None}}))
        check(made.stack, {"x": value}, proof(made, "t", {"x": value}))


def slow_inputs() -> Iterator[tuple[str, Run]]:
    """Yield inputs built to be slow."""
    for name, built, arguments in slow_chains():
        pop = proof(built, "t", arguments)
        yield name, lambda c=built, a=arguments, p=pop: check(c.stack, a, p)  # type: ignore[misc]
    yield from slow_questions()


def endless(chance: random.Random, until: float) -> Iterator[tuple[str, Run]]:
    """Yield random inputs until the time has come."""
    kinds = (
        changed_stack,
        random_bytes,
        random_constraint,
        random_expression,
        random_payload,
        random_signed,
    )
    while time.monotonic() < until:
        kind = chance.choice(kinds)
        yield kind.__name__, kind(chance)


BASE = (
    Minted()
    .to("alice", k10=gates({"t": {"args": None}}), k15=[[1, PUBLIC["approver1"]]], k17=30)
    .to(
        "bob",
        k10=gates({"t": {"args": None}}),
        k15=[[1, PUBLIC["approver1"]]],
        k3=constrained(
            [
                12,
                {
                    "constraints": [
                        [2, {"pattern": "a*"}],
                        [
                            3,
                            {"min": 0.0, "max": None, "min_inclusive": True, "max_inclusive": True},
                        ],
                    ]
                },
            ]
        ),
    )
)
BASE_POP = proof(BASE, "t", {"x": "ab"})


def changed(data: bytes, chance: random.Random) -> bytes:
    """Return `data` with a few bytes changed, left out, doubled or added."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(out)) if out else 0
        match chance.randrange(4):
            case 0:
                out[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del out[at : at + chance.randint(1, 8)]
            case 2:
                out[at:at] = out[at : at + chance.randint(1, 16)]
            case _:
                out[at:at] = chance.randbytes(chance.randint(1, 4))
    return bytes(out)


def changed_stack(chance: random.Random) -> Run:
    """Change the envelopes; signatures no longer hold, so this is about reading."""
    stack = changed(BASE.stack, chance)
    return lambda: check(stack, {"x": "ab"}, BASE_POP)


def random_bytes(chance: random.Random) -> Run:
    """Read noise as each signed object."""
    data = chance.randbytes(chance.choice((1, 8, 64, 4096)))
    readers: tuple[Run, ...] = (
        lambda: cbor.decode(data),
        lambda: verifier().verify_chain(data, now=NOW),
        lambda: RevocationList.parse(data, issuers=[PUBLIC["root"]]),
        lambda: read_receipt(data),
        lambda: require_approvals(
            verifier().verify_chain(BASE.stack, now=NOW).leaf,
            "t",
            {},
            [data],
            message="",
            tolerance=30,
            now=NOW,
        ),
    )
    return chance.choice(readers)


def random_signed(chance: random.Random) -> Run:
    """Sign a payload with bytes changed, so that everything after the signature is reached too."""
    content = changed(cbor.encode(BASE.payloads[0]), chance)
    data = signed(content, "root")
    pop = KEYS["alice"].sign(b"x")
    return lambda: check(data, {"x": 1}, pop)


ATOMS = (None, True, False, 0, 1, -1, 255, 2**31, 2**63 - 1, -(2**63), 2**64 - 1)
FLOATS = (0.0, -0.0, 1.5, float("nan"), float("inf"), 1e300)
LETTERS = "ab*?[]/\\.:-(){}+|^$ \x00é'\"%@#\U0001f600"
FIELDS = ("a", "pattern", "value", "constraints", "constraint", "root", "expression")


def random_value(chance: random.Random, depth: int = 0) -> Any:
    """Return some value that CBOR can hold."""
    kind = chance.choice(
        ["atom", "float", "text", "bytes", *(["list", "map"] if depth < MAX_NESTING else [])]
    )
    if kind == "list":
        return [random_value(chance, depth + 1) for _ in range(chance.randrange(5))]
    if kind == "map":
        names = chance.choices(FIELDS, k=chance.randrange(4))
        return {name: random_value(chance, depth + 1) for name in names}
    if kind == "text":
        return "".join(chance.choices(LETTERS, k=chance.choice((0, 1, 5, 40))))
    if kind == "bytes":
        return chance.randbytes(chance.choice((0, 1, 16, 32)))
    return chance.choice(ATOMS if kind == "atom" else FLOATS)


NAMES = {
    1: "value",
    2: "pattern",
    4: "values",
    5: "pattern",
    7: "excluded",
    10: "required",
    11: "allowed",
    12: "constraints",
    13: "constraints",
    14: "constraint",
    15: "expression",
    17: "root",
    128: "allow",
}
TYPES = (*range(20), 99, 128, 255)


def random_wire(chance: random.Random, depth: int = 0) -> list[Any]:
    """Return a constraint that is mostly of some type's form."""
    number = chance.choice(TYPES)
    name = NAMES.get(number)
    value = random_value(chance)
    if number in (12, 13) and depth < 3:
        value = [random_wire(chance, depth + 1) for _ in range(chance.randrange(4))]
    if number == 14 and depth < 3:
        value = random_wire(chance, depth + 1)
    if chance.random() < 0.1:
        return [number, random_value(chance)]
    return [number, {name: value} if name else value]


def random_constraint(chance: random.Random) -> Run:
    """Judge a random value, and a random child, by a random constraint."""
    wire, other, value = random_wire(chance), random_wire(chance), random_value(chance)

    def run() -> object:
        constraint = read(cbor.decode(cbor.encode(wire)))
        covers(constraint, read(cbor.decode(cbor.encode(other))), Effort())
        return constraint.admits(value, Effort())

    return run


WORDS = [
    *("value", "a", "1", "2.5", "'x'", '"y"', "true", "null", "x", "0x1", "9999999999999999999"),
    *("(", ")", "[", "]", ".", ",", "&&", "||", "!", "==", "!=", "<", "<=", "in", "+", "-", "*"),
    *("/", "%", "?", ":", "\\", "'", "é", "{", "size", "has", "all", "exists(", "matches"),
    "startsWith(",
]


def random_expression(chance: random.Random) -> Run:
    """Evaluate words in any order."""
    space = chance.choice(("", " "))
    text = space.join(chance.choices(WORDS, k=chance.randrange(1, 12)))
    value = random_value(chance)
    return lambda: read([15, {"expression": text}]).admits(value, Effort())


def random_payload(chance: random.Random) -> Run:
    """Give fields of a good payload random values, under a good signature."""
    fields = {f"k{chance.randrange(20)}": random_value(chance) for _ in range(chance.randrange(3))}
    if chance.random() < 0.5:
        fields["k3"] = constrained(random_wire(chance))
    made = Minted().to("alice", **fields)
    if chance.random() < 0.5:
        made = made.to("bob", **fields)
    arguments: dict[str, object] = {
        "x": chance.choice((1, "a", None, [1], {"a": 1}, "https://a.com"))
    }
    pop = KEYS["alice"].sign(b"") if not fields else BASE_POP
    return lambda: check(made.stack, arguments, pop)


if __name__ == "__main__":
    given = float(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_SECONDS
    sys.exit(main(given, random.SystemRandom().randrange(2**32)))
