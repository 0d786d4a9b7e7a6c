"""A tree and variables -> a plain value, within a budget.

Every operator takes the types CEL gives it; whatever else, a missing field, an overflow or a
division by zero, is a failure that denies. Comparing values of different types for equality is
none: they differ. An integer beside a float compares as a float, and they do not mix in arithmetic.
"""

from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from gatehouse.domain.warrants import addresses, linear
from gatehouse.domain.warrants.cel.parser import Node
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort

_I64: Final = range(-(2**63), 2**63)
_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


def holds(tree: Node, variables: Mapping[str, object], effort: Effort) -> bool:
    """Say what the condition answers.

    Raises:
        Denied: It fails, answers with no bool, or costs too much.
    """
    answer = _Evaluation(variables, effort).value(tree)
    return answer if isinstance(answer, bool) else _fail()


def _fail() -> NoReturn:
    raise Denied(1501, "the expression fails on this value")


class _Evaluation:
    """One evaluation; `value` finds the method for each kind of node."""

    __slots__ = ("effort", "variables")

    def __init__(self, variables: Mapping[str, object], effort: Effort) -> None:
        self.variables = variables
        self.effort = effort

    def value(self, node: Node) -> object:
        self.effort.spend()
        return _KINDS[str(node[0])](self, *node[1:])

    def truth(self, node: Node) -> bool:
        answer = self.value(node)
        return answer if isinstance(answer, bool) else _fail()

    def literal(self, _kind: str, value: object) -> object:
        return value

    def name(self, name: str) -> object:
        return self.variables[name] if name in self.variables else _fail()

    def items(self, nodes: tuple[Node, ...]) -> object:
        return [self.value(node) for node in nodes]

    def get(self, node: Node, name: str) -> object:
        owner = self.value(node)
        return owner[name] if isinstance(owner, dict) and name in owner else _fail()

    def has(self, node: Node, name: str) -> object:
        owner = self.value(node)
        return isinstance(owner, dict) and name in owner

    def at(self, node: Node, index_node: Node) -> object:
        owner, index = self.value(node), self.value(index_node)
        if isinstance(owner, list) and type(index) is int and 0 <= index < len(owner):
            return owner[index]
        if isinstance(owner, dict) and isinstance(index, str) and index in owner:
            return owner[index]
        return _fail()

    def both(self, left: Node, right: Node) -> object:
        return self.truth(left) and self.truth(right)

    def either(self, left: Node, right: Node) -> object:
        return self.truth(left) or self.truth(right)

    def choose(self, test: Node, yes: Node, no: Node) -> object:
        return self.value(yes if self.truth(test) else no)

    def negated(self, node: Node) -> object:
        return not self.truth(node)

    def minus(self, node: Node) -> object:
        number = self.value(node)
        if type(number) is int:
            return _bounded(-number)
        return -number if type(number) is float else _fail()

    def each(self, macro: str, node: Node, variable: str, body: Node) -> object:
        items = self.value(node)
        if not isinstance(items, list):
            _fail()
        ends_with = macro == "exists"
        for item in items:
            inner = _Evaluation({**self.variables, variable: item}, self.effort)
            self.effort.spend(1 + len(self.variables) // 8)
            if inner.truth(body) is ends_with:
                return ends_with
        return not ends_with

    def call(self, name: str, nodes: tuple[Node, ...]) -> object:
        values = [self.value(node) for node in nodes]
        if name == "size":
            return _size(values[0])
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) != len(values):
            _fail()
        self.effort.spend(sum(map(len, texts)) // 64)
        if name == "matches":
            return linear.is_found(texts[1], texts[0], self.effort)
        return _TEXT_FUNCTIONS[name](*texts)

    def binary(self, sign: str, left_node: Node, right_node: Node) -> object:
        left, right = self.value(left_node), self.value(right_node)
        if sign in {"==", "!="}:
            return self.equal(left, right) is (sign == "==")
        if sign == "in":
            return self.contained(left, right)
        if sign in _ORDERS:
            return _ORDERS[sign](*_comparable(left, right))
        return self.arithmetic(sign, left, right)

    def equal(self, left: object, right: object) -> bool:
        self.effort.spend()
        if isinstance(left, list) and isinstance(right, list):
            return len(left) == len(right) and all(map(self.equal, left, right))
        if isinstance(left, dict) and isinstance(right, dict):
            return left.keys() == right.keys() and all(
                self.equal(item, right[key]) for key, item in left.items()
            )
        if left != left or right != right:  # noqa: PLR0124 - NaN, in a list too
            _fail()
        if type(left) is type(right):
            return left == right
        numbers = _as_floats(left, right)
        return numbers is not None and numbers[0] == numbers[1]

    def contained(self, item: object, whole: object) -> bool:
        if isinstance(whole, list):
            return any(self.equal(item, other) for other in whole)
        if isinstance(whole, dict | str) and isinstance(item, str):
            self.effort.spend(len(whole) // 64)
            return item in whole
        return _fail()

    def arithmetic(self, sign: str, left: object, right: object) -> object:
        if sign == "+" and isinstance(left, str) and isinstance(right, str):
            self.effort.spend((len(left) + len(right)) // 16)
            return left + right
        if type(left) is int and type(right) is int:
            return _integer(sign, left, right)
        if type(left) is float and type(right) is float:
            return _float(sign, left, right)
        return _fail()


def _integer(sign: str, left: int, right: int) -> int:
    if sign == "+":
        return _bounded(left + right)
    if sign == "-":
        return _bounded(left - right)
    if sign == "*":
        return _bounded(left * right)
    if right == 0:
        _fail()
    quotient = abs(left) // abs(right)  # towards zero, which Python's // is not
    quotient = _bounded(quotient if (left < 0) == (right < 0) else -quotient)
    return quotient if sign == "/" else left - quotient * right


def _float(sign: str, left: float, right: float) -> float:
    if sign == "+":
        return left + right
    if sign == "-":
        return left - right
    if sign == "*":
        return left * right
    return left / right if sign == "/" and right else _fail()


def _bounded(number: int) -> int:
    return number if number in _I64 else _fail()


def _size(value: object) -> int:
    if isinstance(value, list | dict):
        return len(value)
    # Of other text, bytes, code units and code points would be different answers.
    return len(value) if isinstance(value, str) and value.isascii() else _fail()


def _comparable(left: object, right: object) -> tuple[object, object]:
    """Return two numbers or two texts; integers become floats beside floats."""
    if type(left) is type(right) and isinstance(left, int | str) and not isinstance(left, bool):
        return left, right
    numbers = _as_floats(left, right)
    if numbers is None or numbers[0] != numbers[0] or numbers[1] != numbers[1]:
        _fail()  # NaN is neither less nor more
    return numbers


def _as_floats(left: object, right: object) -> tuple[float, float] | None:
    if type(left) not in {int, float} or type(right) not in {int, float}:
        return None
    return float(left), float(right)  # type: ignore[arg-type]


def _is_in_cidr(address: str, network: str) -> bool:
    whole = addresses.network(network)
    try:
        return addresses.address(address) in whole
    except Denied:
        return False


def _is_private(address: str) -> bool:
    return any(_is_in_cidr(address, network) for network in _PRIVATE)


_ORDERS: Final[dict[str, Callable[..., bool]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_TEXT_FUNCTIONS: Final[dict[str, Callable[..., bool]]] = {
    "contains": lambda text, part: part in text,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "net_in_cidr": _is_in_cidr,
    "net_is_private": _is_private,
}
_KINDS: Final[dict[str, Callable[..., object]]] = {
    "literal": _Evaluation.literal,
    "name": _Evaluation.name,
    "list": _Evaluation.items,
    "get": _Evaluation.get,
    "has": _Evaluation.has,
    "at": _Evaluation.at,
    "and": _Evaluation.both,
    "or": _Evaluation.either,
    "if": _Evaluation.choose,
    "not": _Evaluation.negated,
    "minus": _Evaluation.minus,
    "each": _Evaluation.each,
    "call": _Evaluation.call,
    "binary": _Evaluation.binary,
}
