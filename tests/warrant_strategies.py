"""Random constraints, values and pairs of parent and child, with few letters so that they meet."""

from typing import Any

from hypothesis import strategies as st

Wire = list[Any]

LETTERS = st.sampled_from("ab/.-*?[]!")
WORDS = st.sampled_from(
    ["a", "b", "ab", "/", "a/b", "/a", "/a/b", "é", "", "A", "ls", "ls a", "10.0.0.1"]
)
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, 1.0, 1.5, -2.5]), WORDS
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)
GLOBS = st.one_of(
    st.text(LETTERS, max_size=6),
    st.sampled_from(["*", "a*", "*a", "a*b", "/a/**", "**/a", "/a/**/b", "[ab]*", "*[ab]", "a?*"]),
)
GLOB_TEXTS = st.text(st.sampled_from("ab/.-é"), max_size=6)
REGEXES = st.one_of(
    st.sampled_from(
        [
            r"^a+$",
            "a|b",
            r"\d",
            r"^\w+$",
            r"\W",
            r"[^a]",
            r"a{1,2}$",
            "(?i)A",
            r"\s",
            ".",
            r"\bb",
            "[[:alpha:]]",
            "[a-b]",
            "(a",
            r"\p{L}",
            "a**",
            "[a&&b]",
            "x{,2}",
            r"\Qa\E",
            "(?s).",
            "[[a]b]",
        ]
    ),
    st.text(st.sampled_from("ab^$.*+?()[]{}|\\-,1"), max_size=7),
)
ADDRESSES = st.sampled_from(
    [
        "10.0.0.1",
        "10.1.2.3",
        "11.0.0.1",
        "::1",
        "::ffff:10.0.0.1",
        "fd00::1",
        "010.0.0.1",
        "x",
        "10.0.0.1/32",
        "::1%a",
        "1.2.3",
        "2001:DB8::1",
    ]
)
NETWORKS = st.sampled_from(
    [
        "10.0.0.0/8",
        "10.1.0.0/16",
        "10.0.0.5/8",
        "10.0.0.1",
        "::/0",
        "fd00::/8",
        "0.0.0.0/0",
        "10.0.0.0/08",
        "2001:db8::/32",
        "x",
        "10.0.0.0/33",
    ]
)
HOSTS = [
    "a.com",
    "x.a.com",
    "A.com",
    "b.com",
    "ba.com",
    "10.0.0.1",
    "127.1",
    "localhost",
    "[::1]",
    "a.com.",
]
URLS = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTPS", "ftp", "x"]),
    st.sampled_from(
        [*HOSTS, "u:p@a.com", "169.254.1.1", "100.64.0.1", "[::ffff:7f00:1]", "0x7f.1", "ü.de"]
    ),
    st.sampled_from(["", ":443", ":80", ":8443", ":"]),
    st.sampled_from(["", "/", "/a", "/a/b", "/a/../b", "/a/%2e%2e/b", "\\a", "/é", "//a"]),
    st.sampled_from(["", "?q=/a", "#a"]),
) | st.sampled_from(["", "nonsense", "http:a.com", " https://a.com/ ", "https:/\\a.com", "a\0b"])
URL_PATTERNS = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https", "*", "HTTPS"]),
    st.sampled_from(
        ["a.com", "*.a.com", "x.a.com", "*.x.a.com", "A.com", "*", "10.0.0.1", "*.*.com"]
    ),
    st.sampled_from(["", ":443", ":8443"]),
    st.sampled_from(
        ["", "/", "/*", "/a", "/a/*", "/a/b/*", "/a*", "/*b", "/a/[b]", "/a/**", "/a/?q"]
    ),
)
DOMAINS = st.lists(
    st.sampled_from(["a.com", "*.a.com", "A.com", "x.a.com", "10.0.0.1", "b.com"]), max_size=2
)
ROOTS = st.sampled_from(
    ["/", "/a", "/a/b", "/a/", "/A", "/a/../b", "C:\\a", "C:/a", "c:/a", "a", ""]
)
PATHS = st.one_of(
    st.builds(
        "".join, st.lists(st.sampled_from(["/", "a", "b", "..", ".", "\\", "A"]), max_size=7)
    ),
    st.sampled_from(["C:\\a\\b", "C:/a/b", "c:\\A", "/a\0", "/a", "/a/b"]),
)
COMMANDS = st.builds(
    "".join,
    st.lists(
        st.sampled_from(
            ["ls", "cat", "/bin/", "..", " ", "\t", "'", '"', "|", "a", "\u00a0", "\x1c", "\\", "$"]
        ),
        max_size=5,
    ),
)
TERMS = st.sampled_from(
    [
        "value",
        "1",
        "1.0",
        "'a'",
        "'a b'",
        "true",
        "null",
        "a",
        "-1",
        "[1,'a']",
        "size(value)",
        "value + 1",
        "value.a",
        "value[0]",
        "value % 2",
        "value / 2",
        "2 * 3",
        "'a' + 'b'",
        "9223372036854775807",
    ]
)
ATOMS = st.one_of(
    st.builds("{} {} {}".format, TERMS, st.sampled_from(["==", "!=", "<", ">=", "in"]), TERMS),
    st.sampled_from(
        [
            "value",
            "true",
            "!value",
            "value.startsWith('a')",
            "value.contains('b')",
            "value.matches('a+')",
            "has(value.a)",
            "a == 1",
            "value.exists(x, x == 1)",
            "[1, 2].all(x, x > value)",
            "value ? true : false",
            "net_in_cidr(value, '10.0.0.0/8')",
            "value.endsWith('a')",
        ]
    ),
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.builds("({}) {} ({})".format, inner, st.sampled_from(["&&", "||"]), inner),
    max_leaves=3,
)
FLOATS = st.sampled_from([None, 0.0, 1.0, 1.5, -1.0, 3.0, float("inf"), float("-inf")])


def record(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(parts)


def some(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=parts)


def typed(number: int, value: st.SearchStrategy[Any]) -> st.SearchStrategy[Wire]:
    return value.map(lambda given: [number, given])


LISTS = st.lists(VALUES, max_size=3)
FLAT: dict[str, tuple[st.SearchStrategy[Wire], st.SearchStrategy[Any]]] = {
    "Wildcard": (typed(16, st.none()), VALUES),
    "Exact": (typed(1, record(value=VALUES)), VALUES),
    "Pattern": (typed(2, record(pattern=GLOBS)), GLOB_TEXTS),
    "Range": (
        typed(
            3,
            record(
                min=FLOATS, max=FLOATS, min_inclusive=st.booleans(), max_inclusive=st.booleans()
            ),
        ),
        st.one_of(SCALARS, st.sampled_from([2**53 + 1, float("nan"), float("inf"), 2**62])),
    ),
    "OneOf": (typed(4, record(values=LISTS)), VALUES),
    "Regex": (typed(5, record(pattern=REGEXES)), st.text(st.sampled_from("ab1é \n-"), max_size=4)),
    "NotOneOf": (typed(7, record(excluded=LISTS)), VALUES),
    "Cidr": (typed(8, NETWORKS), ADDRESSES),
    "UrlPattern": (typed(9, URL_PATTERNS), URLS),
    "Contains": (typed(10, record(required=LISTS)), VALUES),
    "Subset": (typed(11, record(allowed=LISTS)), VALUES),
    "Cel": (typed(15, record(expression=EXPRESSIONS)), VALUES),
    "Subpath": (
        typed(
            17,
            st.builds(
                lambda root, rest: {"root": root, **rest},
                ROOTS,
                some(case_sensitive=st.booleans(), allow_equal=st.booleans()),
            ),
        ),
        PATHS,
    ),
    "UrlSafe": (
        typed(
            18,
            some(
                schemes=st.lists(st.sampled_from(["http", "https", "HTTPS", "ftp"]), max_size=2),
                allow_domains=st.none() | DOMAINS,
                deny_domains=st.none() | DOMAINS,
                allow_ports=st.none() | st.lists(st.sampled_from([80, 443, 8443]), max_size=2),
                block_private=st.booleans(),
                block_loopback=st.booleans(),
                block_metadata=st.booleans(),
                block_reserved=st.booleans(),
                block_internal_tlds=st.booleans(),
            ),
        ),
        URLS,
    ),
    "Shlex": (
        typed(128, record(allow=st.lists(st.sampled_from(["ls", "cat", "/bin/ls"]), max_size=2))),
        COMMANDS,
    ),
}

ANY_VALUE = st.one_of([values for _, values in FLAT.values()])
ANY_FLAT = st.one_of([wires for wires, _ in FLAT.values()])


def nested(inner: st.SearchStrategy[Wire]) -> st.SearchStrategy[Wire]:
    members = record(constraints=st.lists(inner, max_size=3))
    return st.one_of(typed(12, members), typed(13, members), typed(14, record(constraint=inner)))


CONSTRAINTS = st.recursive(ANY_FLAT, nested, max_leaves=4)


@st.composite
def judged(draw: st.DrawFn) -> tuple[Wire, Any]:
    """Return a constraint and a value for it, mostly of the kind that it looks at."""
    wires, values = draw(st.sampled_from(list(FLAT.values())))
    wrap = draw(st.sampled_from(["none", "none", "none", "all", "any", "not"]))
    wire = draw(wires)
    if wrap == "all":
        wire = [12, {"constraints": [wire, *draw(st.lists(ANY_FLAT, max_size=1))]}]
    elif wrap == "any":
        others = draw(st.lists(ANY_FLAT, max_size=1))
        wire = [13, {"constraints": draw(st.permutations([wire, *others]))}]
    elif wrap == "not":
        wire = [14, {"constraint": wire}]
    return wire, draw(st.one_of(values, values, ANY_VALUE))


@st.composite
def narrowed(draw: st.DrawFn) -> tuple[Wire, Wire]:  # noqa: PLR0911 - one for each kind
    """Return a parent and a child, mostly of one type."""
    wires, values = draw(st.sampled_from(list(FLAT.values())))
    parent, child = draw(wires), draw(wires)
    kind = draw(st.sampled_from(["same", "equal", "exact", "nested", "any", "cel"]))
    if kind == "equal":
        return parent, parent
    if kind == "exact":
        return parent, [1, {"value": draw(values)}]
    if kind == "nested":
        number = draw(st.sampled_from([12, 13]))
        pool = [parent, child, *draw(st.lists(ANY_FLAT, max_size=1))]
        pick = st.lists(st.sampled_from(pool), max_size=3)
        return [number, {"constraints": draw(pick)}], [number, {"constraints": draw(pick)}]
    if kind == "any":
        return draw(CONSTRAINTS), draw(CONSTRAINTS)
    if kind == "cel":
        left, right = draw(EXPRESSIONS), draw(EXPRESSIONS)
        return [15, {"expression": left}], [15, {"expression": f"({left}) && ({right})"}]
    if draw(st.booleans()):
        return [14, {"constraint": parent}], [14, {"constraint": child}]
    return parent, child
