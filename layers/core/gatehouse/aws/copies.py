"""Where copies of a project's items stand, and what stands in its META about them.

A copy has a number that is never given again. META stands in a copy exactly while that copy is
complete and current; so whoever finds META there may believe all of it, absence included.
docs/decisions/0019-replicas.md proves that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from gatehouse.aws.attributes import CorruptItem, Item, NewItem, json_value, parsed, text
from gatehouse.aws.tables import (
    ASSERTION_KEY,
    INTEGRATION,
    META,
    PROMPT,
    TOOL,
    TOOL_DEFINITION,
    TRUSTED_ROOT,
    project_partition,
)

if TYPE_CHECKING:
    from gatehouse.aws.tables import Key
    from gatehouse.domain.json_values import JsonValue

COPIED: Final = (META, INTEGRATION, ASSERTION_KEY, TOOL, TOOL_DEFINITION, PROMPT, TRUSTED_ROOT)
"""The kinds of items that all calls of a project, or all of a tool, read at the same key."""
AnyItem: TypeAlias = Mapping[str, object]
"""An item, or a key, as it was read or is to be written."""
COPIES: Final = "copies"
"""The attribute of META; there is none before the first copy."""


def is_copied(key: AnyItem) -> bool:
    """Say whether a project's item, or its key, has copies."""
    return _kind(_text(key, "SK")) in COPIED


def copy_key(key: AnyItem, number: int) -> "Key":
    """Key of a copy of a project's item."""
    sort = _text(key, "SK")
    partition = _within(_text(key, "PK"), _kind(sort), number)
    return {"PK": {"S": partition}, "SK": {"S": sort}}


def copy_partition(project_id: str, kind: str, number: int) -> str:
    """Partition of a copy's items of one kind: a call reads at most one of each kind."""
    return _within(project_partition(project_id), kind, number)


def _within(partition: str, kind: str, number: int) -> str:
    return f"{partition}#{number}#{kind.removesuffix('#')}"


def _text(item: AnyItem, name: str) -> str:
    return text(cast("Item", item), name)


def _kind(sort: str) -> str:
    kind, mark, _name = sort.partition("#")
    return kind + mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The numbers of a project's copies; `unused` is the first that was never given.

    Readers read `read`, writers write `read` and `filling`, and `leaving` holds what is to be
    swept away.
    """

    read: tuple[int, ...] = ()
    filling: tuple[int, ...] = ()
    leaving: tuple[int, ...] = ()
    unused: int = 1

    @property
    def written(self) -> tuple[int, ...]:
        """The copies that every write has to reach."""
        return self.read + self.filling

    def toward(self, replicas: int) -> "Copies":
        """Begin to change the number of copies; one replica is the item itself, without any.

        Copies that were being filled are of use only if just as many are still missing: all that
        are filled together hold the same items.
        """
        wanted = replicas if replicas > 1 else 0
        read, filling, unused = self.read[:wanted], self.filling, self.unused
        missing = wanted - len(read)
        if missing != len(filling):
            filling, unused = tuple(range(unused, unused + missing)), unused + missing
        kept = {*read, *filling}
        left = tuple(number for number in self.written if number not in kept)
        return Copies(read=read, filling=filling, leaving=self.leaving + left, unused=unused)

    def filled(self) -> "Copies":
        """Let readers read what was filled."""
        return replace(self, read=self.written, filling=())

    def swept(self) -> "Copies":
        """Forget what was swept away."""
        return replace(self, leaving=())


NONE: Final = Copies()


def read_copies(item: AnyItem | None) -> Copies:
    """Read them from META, if there are any."""
    if item is None or COPIES not in item:
        return NONE
    match parsed(cast("Item", item), COPIES):
        case {"read": read, "filling": filling, "leaving": leaving, "unused": int(unused)}:
            return Copies(
                read=_numbers(read),
                filling=_numbers(filling),
                leaving=_numbers(leaving),
                unused=unused,
            )
        case _:
            raise CorruptItem("copies are not readable")


def copies_attribute(copies: Copies) -> NewItem:
    """Write them for META; without any there is no attribute."""
    if copies == NONE:
        return {}
    document: dict[str, JsonValue] = {
        "read": list(copies.read),
        "filling": list(copies.filling),
        "leaving": list(copies.leaving),
        "unused": copies.unused,
    }
    return {COPIES: json_value(document)}


def still(copies: Copies) -> tuple[str, NewItem]:
    """Return the condition on META that its copies are still these, and its values."""
    values: NewItem = {f":{name}": value for name, value in copies_attribute(copies).items()}
    return (f"{COPIES} = :{COPIES}" if values else f"attribute_not_exists({COPIES})"), values


def _numbers(value: "JsonValue") -> tuple[int, ...]:
    if not isinstance(value, list):
        raise CorruptItem("copies are not readable")
    return tuple(number for number in value if isinstance(number, int))
