"""Expression text -> tokens."""

import re
from typing import Final

from gatehouse.domain.warrants.denied import Denied

MAX_LENGTH: Final = 2048
"""Longest expression, in characters."""

_TOKEN: Final = re.compile(
    r"""(?x)
      (?P<space> [ \t\r\n\f]+ )
    | (?P<float> [0-9]+ \. [0-9]+ (?: [eE][+-]?[0-9]+ )? | [0-9]+ [eE][+-]?[0-9]+ )
    | (?P<int> 0x[0-9a-fA-F]+ | [0-9]+ ) (?! [0-9a-zA-Z_.] )
    | (?P<text> "(?: [^"\\\r\n] | \\. )*" | '(?: [^'\\\r\n] | \\. )*' )
    | (?P<name> [A-Za-z_][A-Za-z0-9_]* )
    | (?P<sign> \|\| | && | == | != | <= | >= | [-+*/%!<>()\[\].,?:] )
    """
)
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SIMPLE: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"', "`": "`", "?": "?",
}  # fmt: skip
_RESERVED: Final = frozenset(
    (
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while",
    )
)  # fmt: skip
_MOST: Final = 2**63 - 1


Token = tuple[str, object]
"""A kind (float, int, text, name, sign or end; `in` is a sign) and what the text stands for."""


def tokens(expression: str) -> list[Token]:
    """Split an expression; the last token is the end.

    Raises:
        Denied: It is too long, or holds what this part of CEL does not have.
    """
    if len(expression) > MAX_LENGTH:
        raise Denied(1905, "the expression is too long")
    found: list[Token] = []
    at = 0
    for match in _TOKEN.finditer(expression):
        kind, text = match.lastgroup, match[0]
        if match.start() != at or kind is None:
            break
        at = match.end()
        if kind == "sign":
            found.append((kind, text))
        elif kind != "space":
            found.append(("sign" if text == "in" else kind, _value(kind, text)))
    if at != len(expression):
        raise Denied(1501, "the expression holds what is no part of it")
    found.append(("end", ""))
    return found


def _value(kind: str, text: str) -> object:
    if kind == "float":
        return float(text)
    if kind == "int":
        number = int(text, 16) if text.startswith("0x") else int(text)
        if number > _MOST:
            raise Denied(1501, "the expression holds a number beyond 64 bits")
        return number
    if kind == "text":
        return _ESCAPE.sub(_unescaped, text[1:-1])
    if kind == "name" and text in _RESERVED:
        raise Denied(1501, "the expression uses a reserved word")
    return text


def _unescaped(match: "re.Match[str]") -> str:
    code = match[1] or match[2]
    if code:
        character = chr(int(code, 16))
        if "\ud800" <= character <= "\udfff":
            raise Denied(1501, "the expression holds a lone surrogate")
        return character
    if match[3] not in _SIMPLE:
        raise Denied(1501, "the expression holds an unknown escape")
    return _SIMPLE[match[3]]
