"""Tokens -> a tree of plain tuples, which compare by content.

| node | means |
|---|---|
| `("literal", type, value)` | a constant |
| `("name", name)` | a variable |
| `("list", (nodes...))` | a list |
| `("get", node, name)` | a field |
| `("at", node, index)` | an element |
| `("call", name, (nodes...))` | a function; `value.f(x)` is `f(value, x)` |
| `("each", macro, node, name, body)` | `all` or `exists` over a list |
| `("has", node, name)` | whether a field is there |
| `("not", node)`, `("minus", node)` | |
| `("and", left, right)`, `("or", ...)`, `("if", condition, yes, no)` | lazy |
| `("binary", sign, left, right)` | |
"""

from typing import Final

from gatehouse.domain.warrants.cel.lexer import Token, tokens
from gatehouse.domain.warrants.denied import Denied

Node = tuple[object, ...]

MAX_DEPTH: Final = 32
METHODS: Final = {"contains": 2, "startsWith": 2, "endsWith": 2, "matches": 2, "size": 1}
FUNCTIONS: Final = {"size": 1, "matches": 2, "net_in_cidr": 2, "net_is_private": 1}
MACROS: Final = frozenset({"all", "exists"})
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_LEVELS: Final = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in"), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%"), 5),
}
"""How tightly each operator binds; the first two do not ask their right side without need."""

_LAZY: Final = 2


def parse(expression: str) -> Node:
    """Return the tree of an expression.

    Raises:
        Denied: It is no expression of this part of CEL, or too long or deep.
    """
    parser = _Parser(tokens(expression))
    tree = parser.condition(0)
    parser.expect("end", "")
    return tree


class _Parser:
    """Recursive descent; operators by precedence climbing."""

    __slots__ = ("at", "tokens")

    def __init__(self, read: list[Token]) -> None:
        self.tokens = read
        self.at = 0

    def sees(self, sign: str) -> bool:
        return self.tokens[self.at] == ("sign", sign)

    def take(self, sign: str) -> bool:
        seen = self.sees(sign)
        self.at += seen
        return seen

    def expect(self, kind: str, value: object = None) -> object:
        seen, found = self.tokens[self.at]
        if seen != kind or (value is not None and found != value):
            raise Denied(1501, "the expression does not parse")
        self.at += 1
        return found

    def condition(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise Denied(1501, "the expression is nested too deeply")
        test = self.binary(depth, 1)
        if not self.take("?"):
            return test
        yes = self.binary(depth + 1, 1)
        self.expect("sign", ":")
        return ("if", test, yes, self.condition(depth + 1))

    def binary(self, depth: int, least: int) -> Node:
        """Read operands and the operators between them that bind at least so tightly."""
        left = self.unary(depth)
        while True:
            kind, sign = self.tokens[self.at]
            level = _LEVELS.get(str(sign), 0) if kind == "sign" else 0
            if level < least:
                return left
            self.at += 1
            right = self.binary(depth, level + 1)
            if level > _LAZY:
                left = ("binary", sign, left, right)
            else:
                left = ("and" if sign == "&&" else "or", left, right)

    def unary(self, depth: int) -> Node:
        if self.tokens[self.at][0] == "sign":
            if self.take("!"):
                return ("not", self.once(depth))
            if self.take("-"):
                return ("minus", self.once(depth))
        return self.member(depth)

    def once(self, depth: int) -> Node:
        if self.sees("!") or self.sees("-"):
            raise Denied(1501, "the expression repeats a sign")
        return self.member(depth)

    def member(self, depth: int) -> Node:
        node = self.primary(depth)
        for _ in range(MAX_DEPTH):
            if self.tokens[self.at] == ("sign", "."):
                self.at += 1
                node = self.field(node, str(self.expect("name")), depth)
            elif self.tokens[self.at] == ("sign", "["):
                self.at += 1
                node = ("at", node, self.condition(depth + 1))
                self.expect("sign", "]")
            else:
                return node
        raise Denied(1501, "the expression is nested too deeply")

    def field(self, node: Node, name: str, depth: int) -> Node:
        if not self.take("("):
            return ("get", node, name)
        if name in MACROS:
            variable = str(self.expect("name"))
            self.expect("sign", ",")
            body = self.condition(depth + 1)
            self.expect("sign", ")")
            return ("each", name, node, variable, body)
        return self.checked(METHODS, name, (node, *self.arguments(")", depth)))

    def arguments(self, end: str, depth: int) -> tuple[Node, ...]:
        found: list[Node] = []
        if self.take(end):
            return ()
        found.append(self.condition(depth + 1))
        while self.take(","):
            found.append(self.condition(depth + 1))
        self.expect("sign", end)
        return tuple(found)

    def primary(self, depth: int) -> Node:
        kind, value = self.tokens[self.at]
        self.at += 1
        if kind == "name":
            return self.named(str(value), depth)
        if kind in {"int", "float", "text"}:
            return ("literal", kind, value)
        if value == "(":
            inside = self.condition(depth + 1)
            self.expect("sign", ")")
            return inside
        if value == "[":
            return ("list", self.arguments("]", depth))
        raise Denied(1501, "the expression does not parse")

    def named(self, name: str, depth: int) -> Node:
        if name in _CONSTANTS:
            return ("literal", name, _CONSTANTS[name])
        if not self.take("("):
            return ("name", name)
        arguments = self.arguments(")", depth)
        if name == "has":
            if len(arguments) != 1 or arguments[0][0] != "get":
                raise Denied(1501, "has() takes a field")
            return ("has", *arguments[0][1:])
        return self.checked(FUNCTIONS, name, arguments)

    @staticmethod
    def checked(known: dict[str, int], name: str, arguments: tuple[Node, ...]) -> Node:
        if known.get(name) != len(arguments):
            raise Denied(1501, "the expression calls a function that is not there")
        return ("call", name, arguments)
