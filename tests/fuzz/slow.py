"""Inputs of up to 64 KB that are built to keep a verifier busy."""

from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gatehouse.domain.warrants import Authorizer, Denied, RevocationList, cbor
from gatehouse.domain.warrants.constraints.base import covers
from gatehouse.domain.warrants.constraints.reading import read
from gatehouse.domain.warrants.effort import Effort
from tests.warrants import (
    NOW,
    PUBLIC,
    Minted,
    approval,
    constrained,
    gates,
    proof,
    revocation_list,
)

LARGE = 60_000
KEYS_OF_MANY = [
    Ed25519PrivateKey.from_private_bytes(bytes([100 + n]) * 32).public_key().public_bytes_raw()
    for n in range(64)
]
MANY = 9_000

Case = tuple[str, Minted, dict[str, object]]


def slow_chains() -> Iterator[Case]:
    """Yield a name, a chain under good signatures, and arguments."""
    text = "a" * LARGE
    wires: dict[str, tuple[object, object]] = {
        "many globs on a long text": (
            [13, {"constraints": [[2, {"pattern": "*b*b"}]] * 2000}],
            text,
        ),
        "glob with many stars": ([2, {"pattern": "*a" * 2000 + "b"}], text),
        "glob with many classes": ([2, {"pattern": "[ab]*" * 900}], text[:5000]),
        "glob with many components": ([2, {"pattern": "**/" * 5000 + "b"}], "a/" * 20_000),
        "regex with nested repeats": ([5, {"pattern": "((a+)+)+b"}], text),
        "regex with counted repeats": ([5, {"pattern": "(?:a{0,30}){0,30}b"}], text),
        "regex with large classes": ([5, {"pattern": r"[\p{L}\p{N}]{900}"}], "é" * 20_000),
        "regex of alternatives": (
            [5, {"pattern": "|".join("a" * n + "b" for n in range(80))}],
            text,
        ),
        "long regex": ([5, {"pattern": "a?" * 2000 + "a" * 90}], "a" * 2000),
        "many members": ([13, {"constraints": [[1, {"value": n}] for n in range(3000)]}], "x"),
        "nested nots": ([14, {"constraint": nested(14, 31)}], "x"),
        "long list": ([4, {"values": list(range(100, 100 + MANY))}], 5),
        "list of lists": (
            [10, {"required": [[n] for n in range(3000)]}],
            [[n] for n in range(3000)],
        ),
        "long address": ([8, "10.0.0.0/8"], "1" * LARGE),
        "long URL": ([9, "https://*.a.com/*"], "https://" + "a." * 20_000 + "com/"),
        "long URL path": ([9, "https://a.com/*a*b"], "https://a.com/" + "../a" * 10_000),
        "long international host": ([18, {}], "https://" + "é" * 15_000 + ".com/"),
        "many domains": (
            [18, {"allow_domains": [f"a{n}.com" for n in range(3000)]}],
            "https://b.com/",
        ),
        "long path": ([17, {"root": "/a"}], "/a/.." * 12_000),
        "long command": ([128, {"allow": ["ls"]}], "ls " * 20_000),
        "deep expression": ([15, {"expression": "(" * 900 + "value" + ")" * 900}], True),
        "long expression": ([15, {"expression": "||".join(["value==1"] * 190)}], 2),
        "expression over a list": (
            [15, {"expression": "value.all(x, value.all(y, value.exists(z, x == y && z == z)))"}],
            list(range(600)),
        ),
        "growing text": ([15, {"expression": "size(" + "+".join(["value"] * 300) + ") > 1"}], text),
        "comparing lists": (
            [15, {"expression": "value in [value, value] && value == value"}],
            [list(range(9000))],
        ),
        "expression with a regex": ([15, {"expression": "value.matches('((a+)+)+b')"}], text),
    }
    # As many as fit into the bytes, or into the number of values, to be read and not asked.
    for name, member in {
        "network": [8, "1::/9"],
        "URL pattern": [9, "*://a"],
        "safe URL": [18, {}],
        "safe URL with a domain": [18, {"deny_domains": ["a"]}],
        "expression": [15, {"expression": "1"}],
        "long expression": [15, {"expression": "||".join(["a==1"] * 200)}],
        "path": [17, {"root": "/"}],
        "list": [4, {"values": [1]}],
        "expression with a regex": [15, {"expression": "value.matches('a')"}],
    }.items():
        count = min(5300, LARGE // len(cbor.encode(member)))
        while True:
            members = [[16, None], *[member] * count]
            try:
                cbor.decode(cbor.encode(members))
            except Denied:
                count -= 100
            else:
                break
        wires[f"many of {name}"] = ([13, {"constraints": members}], "x")
    for name, (wire, value) in wires.items():
        yield name, Minted().to("alice", k3=constrained(wire)), {"x": value}
    yield from slow_links()


def nested(number: int, depth: int) -> object:
    """Return a constraint of one type inside itself."""
    wire: object = [16, None]
    for _ in range(depth):
        wire = [number, {"constraint": wire}]
    return wire


def slow_links() -> Iterator[Case]:
    """Yield chains whose cost is in comparing parents with children."""
    members = [12, {"constraints": [[1, {"value": n}] for n in range(1200)]}]
    yield "All beside All", two(members, members), {"x": 1}
    unlike = [[13, {"constraints": [[8, "10.0.0.0/8"]]}]] * 700 + [[1, {"value": 1}]] * 400
    yield (
        "Any with members that may fail",
        two([13, {"constraints": unlike}], [13, {"constraints": unlike[::-1]}]),
        {"x": 1},
    )
    nots = [[14, {"constraint": [12, {"constraints": [[8, "10.0.0.0/8"]] * 100}]}]] * 20
    yield (
        "Any with large members",
        two([13, {"constraints": nots}], [13, {"constraints": nots}]),
        {"x": 1},
    )
    deep: object = [16, None]
    for _ in range(9):
        deep = [13, {"constraints": [deep, deep]}]
    yield "doubling members", two(deep, deep), {"x": 1}
    listed = [4, {"values": [f"value {n}" for n in range(2000)]}]
    yield "OneOf beside OneOf", two(listed, listed), {"x": 1}
    domains = [18, {"deny_domains": [f"*.a{n}.com" for n in range(1500)]}]
    yield "domains beside domains", two(domains, domains), {"x": "https://a.com"}
    glob = [2, {"pattern": "[ab]" * 3000 + "*"}]
    yield "globs beside globs", two(glob, glob), {"x": "a"}
    tools: dict[str, object] = {f"t{n}": {"constraints": {}} for n in range(256)}
    yield "many tools", Minted().to("alice", k3=tools).to("bob", k3=tools), {}
    named = {"t": {"constraints": {f"a{n:02}": [9, "https://*.a.com/*"] for n in range(64)}}}
    yield "many URL patterns", Minted().to("alice", k3=named).to("bob", k3=named), {}
    long = Minted()
    for link in range(64):
        long = long.to(("alice", "bob")[link % 2])
    yield "a chain of 64", long, {}
    content = {"t": {"args": {f"a{n}": [2, {"pattern": "*b*"}] for n in range(400)}}}
    gated = {"k10": gates(content), "k15": [[1, PUBLIC["approver1"]]]}
    yield "many gates", Minted().to("alice", **gated).to("bob", **gated), {}
    approvers = [[1, KEYS_OF_MANY[n]] for n in range(64)]
    yield "many approvers", Minted().to("alice", k15=approvers).to("bob", k15=approvers), {}
    marks = b"\x04\x82\x01\x58\x20" * 12_000
    yield "ends of the usual form", Minted().to("alice", k3=constrained([99, marks])), {"x": 1}
    fields = {f"e{n}": b"\x00" * 900 for n in range(60)}
    yield "many extensions", Minted().to("alice", k10=fields), {}
    numbers = {"e": list(range(24)) * 300}
    yield "an extension of integers", Minted().to("alice", k10=numbers), {}


def two(parent: object, child: object) -> Minted:
    """Return a root and its child."""
    return Minted().to("alice", k3=constrained(parent)).to("bob", k3=constrained(child))


def slow_questions() -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield inputs to single parts."""
    for name, data in {
        "nested arrays": b"\x81" * LARGE,
        "nested maps": b"\xa1\x00" * (LARGE // 2),
        "array of integers": b"\x19\xf0\x00" + b"\x00" * 0xF000,
        "array of arrays": b"\x99\xf0\x00" + b"\x80" * 0xF000,
        "array of floats": b"\x99\x50\x00" + b"\xf9\x00\x00" * 0x5000,
        "array that ends early": b"\x9a\xff\xff\xff\xff",
        "text that ends early": b"\x7b" + b"\xff" * 8,
    }.items():
        yield name, lambda data=data: cbor.decode(data)  # type: ignore[misc]
    long_list = revocation_list([f"tnu_wrt_{n:x}" for n in range(4500)])
    yield "long revocation list", lambda: RevocationList.parse(long_list, issuers=[PUBLIC["root"]])
    chain = Minted().to("alice", k10=gates({"t": {"args": None}}), k15=[[1, PUBLIC["approver1"]]])
    given = [approval(chain, "t", {}, "approver1", external_id="e" * 7800)] * 2
    pop = proof(chain, "t", {})
    yield (
        "long approvals",
        lambda: Authorizer([PUBLIC["root"]]).check(
            chain.stack, "t", {}, pop, approvals=given, now=NOW
        ),
    )
    for name, host in {
        "international": "https://" + "xn--bcher-kva." * 300 + "com/",
        "punycode": "https://xn--" + "a9" * 7000 + ".com/",
    }.items():
        yield f"long {name} host", lambda host=host: read([18, {}]).admits(host, Effort())  # type: ignore[misc]
    wire = [5, {"pattern": "(x+x+)+y"}]
    yield (
        "regex beside Exact",
        lambda: covers(read(wire), read([1, {"value": "x" * LARGE}]), Effort()),
    )
