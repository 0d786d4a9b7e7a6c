"""Each constraint as both make it, with a value that passes and one that does not."""

from dataclasses import dataclass
from typing import Any

import tenuo
import tenuo_core

from gatehouse_client.warrants import (
    All,
    Cel,
    Cidr,
    Constraint,
    Contains,
    Exact,
    Not,
    NotOneOf,
    OneOf,
    Pattern,
    Range,
    Regex,
    Shlex,
    Subpath,
    Subset,
    UrlPattern,
    UrlSafe,
    Wildcard,
)
from gatehouse_client.warrants import (
    Any as AnyOf,
)


@dataclass
class Pair:
    """`text` is how ours is shown; `nearest` is what why_denied names for `bad`."""

    ours: Constraint
    theirs: Any
    good: object
    bad: object
    text: str
    nearest: object = None


PAIRS = [
    Pair(Exact("a"), tenuo.Exact("a"), "a", "b", "Exact('a')", "a"),
    Pair(Pattern("st-*"), tenuo.Pattern("st-*"), "st-web", "prod", "Pattern('st-*')", "st-*"),
    Pair(Regex("^a+$"), tenuo.Regex("^a+$"), "aa", "ab", "Regex('^a+$')", "^a+$"),
    Pair(Range.max_value(15), tenuo.Range.max_value(15), 15, 40, "Range(max=15)", 15),
    Pair(Range.min_value(2), tenuo.Range.min_value(2), 2, 1, "Range(min=2)", 2),
    Pair(Range.between(2, 4.5), tenuo.Range(2, 4.5), 3, 9.5, "Range(min=2, max=4.5)", 4),
    Pair(
        OneOf(["red", "green"]),
        tenuo.OneOf(["red", "green"]),
        "red",
        "greem",
        "OneOf(['red', 'green'])",
        "green",
    ),
    Pair(NotOneOf(["root"]), tenuo.NotOneOf(["root"]), "me", "root", "NotOneOf(['root'])"),
    Pair(Contains([1]), tenuo.Contains([1]), [1, 2], [2], "Contains([1])", [1]),
    Pair(Subset([1, 2]), tenuo.Subset([1, 2]), [2], [2, 3], "Subset([1, 2])", [2]),
    Pair(
        Cidr("10.0.0.0/8"),
        tenuo.Cidr("10.0.0.0/8"),
        "10.1.2.3",
        "11.0.0.1",
        "Cidr('10.0.0.0/8')",
        "10.0.0.0/8",
    ),
    Pair(
        UrlPattern("https://*.a.com/v1/*"),
        tenuo.UrlPattern("https://*.a.com/v1/*"),
        "https://x.a.com/v1/b",
        "https://x.b.com/v1/b",
        "UrlPattern('https://*.a.com/v1/*')",
        "https://*.a.com/v1/*",
    ),
    Pair(
        UrlSafe(allow_domains=["a.com"]),
        tenuo.UrlSafe(allow_domains=["a.com"]),
        "https://a.com/",
        "https://b.com/",
        "UrlSafe(allow_domains=['a.com'])",
    ),
    Pair(UrlSafe(), tenuo.UrlSafe(), "https://a.com/", "http://127.0.0.1/", "UrlSafe()"),
    Pair(
        Subpath("/data/"),
        tenuo.Subpath("/data/"),
        "/data/a",
        "/etc",
        "Subpath(root='/data')",
        "/data",
    ),
    Pair(
        Subpath("/Data", case_sensitive=False, allow_equal=False),
        tenuo.Subpath("/Data", case_sensitive=False, allow_equal=False),
        "/dAta/x",
        "/data",
        "Subpath(root='/data', case_sensitive=False, allow_equal=False)",
        "/data",
    ),
    Pair(
        Shlex(["ls", "cat"]),
        tenuo_core.Shlex(["ls", "cat"]),
        "ls -l",
        "rm x",
        "Shlex(['ls', 'cat'])",
        "ls",
    ),
    Pair(Cel("value > 3"), tenuo.CEL("value > 3"), 4, 2, "Cel('value > 3')", "value > 3"),
    Pair(Wildcard(), tenuo.Wildcard(), None, None, "Wildcard()"),
    Pair(
        All([Range.min_value(1), Range.max_value(9)]),
        tenuo.All([tenuo.Range.min_value(1), tenuo.Range.max_value(9)]),
        5,
        20,
        "All([Range(min=1), Range(max=9)])",
        9,
    ),
    Pair(
        AnyOf([Exact("a"), Exact("b")]),
        tenuo.AnyOf([tenuo.Exact("a"), tenuo.Exact("b")]),
        "b",
        "c",
        "Any([Exact('a'), Exact('b')])",
        "a",
    ),
    Pair(Not(Exact("a")), tenuo.Not(tenuo.Exact("a")), "b", "a", "Not(Exact('a'))"),
]
"""None of these values is refused for being stricter; `Wildcard` takes everything."""
