"""Shlex: one plain shell command, without operators or expansions."""

import re
from typing import ClassVar, Final

from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.shapes import fields, texts

_FORBIDDEN: Final = re.compile("[\\x00\\n\\r\\v\\f\\a\\b\\x7f$`|&;<>()]")
_SPACES: Final = re.compile(
    "[\\t-\\r \\x85\\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
)
"""Unicode's White_Space."""


class Shlex(Frozen):
    """A command line whose program, by its whole path or its last part, is allowed."""

    allow: tuple[str, ...]
    type_id: ClassVar[int] = 128
    narrows_to_exact: ClassVar[bool] = True
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass a plain line that starts with an allowed program."""
        if not isinstance(value, str):
            return False
        effort.spend(1 + len(value) // 32 + len(self.allow) // 8)
        if _FORBIDDEN.search(value):
            return False
        program = next(filter(None, _SPACES.split(value)), None)
        if program is None or ".." in program:
            return False
        return program in self.allow or program.rsplit("/", 1)[-1] in self.allow

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover what allows fewer programs."""
        if not isinstance(child, Shlex):
            return False
        effort.spend(1 + len(self.allow) + len(child.allow))
        return set(child.allow) <= set(self.allow)

    def wire(self) -> object:
        """Return the map with the programs."""
        return {"allow": list(self.allow)}


def read(data: object) -> Shlex:
    """Return the constraint with this value; raise `Denied` for another form."""
    found = fields(data, "a command", required=frozenset({"allow"}))
    return Shlex(texts(found["allow"], "allow"))
