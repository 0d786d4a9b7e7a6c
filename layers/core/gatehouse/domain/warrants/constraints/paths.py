"""Subpath: a file path that stays under a root, by its text alone."""

import re
from typing import ClassVar, Final

from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.shapes import fields, flag, text

_SEPARATORS: Final = re.compile(r"[/\\]")
_REQUIRED: Final = frozenset({"root"})
_OPTIONAL: Final = frozenset({"case_sensitive", "allow_equal"})
_PLAIN: Final = re.compile(r"(?:/\w[\w.-]*)+", re.ASCII)
_DRIVE: Final = re.compile(r"[A-Za-z]:[/\\]")


class Subpath(Frozen):
    """An absolute path inside `root`, after `.` and `..` are resolved; links are not seen.

    The root is compared as it is written, so a root that is not in normal form holds nothing.
    """

    root: str
    case_sensitive: bool
    allow_equal: bool
    type_id: ClassVar[int] = 17
    narrows_to_exact: ClassVar[bool] = True
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass a path under the root, and the root itself where it may be equal."""
        if not isinstance(value, str):
            return False
        effort.spend(1 + len(value) // 32)
        path = normal(value)
        if path is None:
            return False
        if not self.case_sensitive:
            path = path.lower()
        if path == self.root and self.allow_equal:
            return True
        return path.startswith(self.root if self.root.endswith("/") else f"{self.root}/")

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover a root that would itself pass as a path, with no laxer flags."""
        if not isinstance(child, Subpath):
            return False
        if child.case_sensitive < self.case_sensitive or child.allow_equal > self.allow_equal:
            return False
        return self.admits(child.root, effort)

    def wire(self) -> object:
        """Return the map with the root and both flags."""
        return {
            "root": self.root,
            "case_sensitive": self.case_sensitive,
            "allow_equal": self.allow_equal,
        }


def read(data: object) -> Subpath:
    """Return the constraint with this value; raise `Denied` for another form."""
    found = fields(
        data,
        "a subpath",
        required=_REQUIRED,
        optional=_OPTIONAL,
    )
    return Subpath(
        root=text(found["root"], "root"),
        case_sensitive=flag(found.get("case_sensitive", True), "case_sensitive"),
        allow_equal=flag(found.get("allow_equal", True), "allow_equal"),
    )


def normal(path: str) -> str | None:
    """Resolve `.`, `..` and repeated separators; None for a path that is not absolute."""
    if _PLAIN.fullmatch(path):  # most are, and the rest of this takes longer
        return path
    if "\0" in path:
        return None
    drive = _DRIVE.match(path)
    if drive:
        start, rest = drive[0], path[3:]
    elif path.startswith("/"):
        start, rest = "/", path
    else:
        return None
    parts: list[str] = []
    for part in _SEPARATORS.split(rest):
        if part == "..":
            del parts[-1:]  # at the root there is nothing above
        elif part not in {"", "."}:
            parts.append(part)
    return start + "/".join(parts)
