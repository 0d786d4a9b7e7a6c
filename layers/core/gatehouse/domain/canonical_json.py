"""JSON in one spelling only (RFC 8785), so that equal values have equal digests.

Beyond RFC 8785, whole numbers outside +-2**53 keep all their digits: rounding them, as the RFC's
number model would, could make two different calls look alike.
"""

import json
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from gatehouse.domain.json_values import JsonValue


def canonical_bytes(value: JsonValue) -> bytes:
    """Return `value` in canonical form, as UTF-8; raise `ValueError` for NaN and infinities."""
    return _text(value).encode("utf-8", "surrogatepass")


def _text(value: JsonValue) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        # RFC 8785 section 3.2.3: members are sorted by their names' UTF-16 code units.
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        members = (f"{_text(name)}:{_text(value[name])}" for name in names)
        return "{" + ",".join(members) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(_text(item) for item in value) + "]"
    raise TypeError(f"not JSON: {type(value).__name__}")


def _number(value: float) -> str:
    """Write a float as ECMAScript does (RFC 8785 section 3.2.2.3)."""
    if not math.isfinite(value):
        raise ValueError("NaN and infinities are not JSON")
    if value == 0:
        return "0"
    # repr gives the shortest digits that read back as the same double, as ECMAScript does too.
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    shortest = "".join(map(str, digits))
    point = len(shortest) + int(exponent)  # ECMA-262 Number::toString calls it n
    if 0 < point <= 21:  # noqa: PLR2004
        text = shortest.ljust(point, "0")
        text = text[:point] + ("." + text[point:] if len(text) > point else "")
    elif -6 < point <= 0:  # noqa: PLR2004
        text = "0." + "0" * -point + shortest
    else:
        mantissa = shortest[0] + ("." + shortest[1:] if len(shortest) > 1 else "")
        text = f"{mantissa}e{point - 1:+d}"
    return "-" * sign + text
