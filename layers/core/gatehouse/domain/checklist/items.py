"""What an item of the checklist is, and the ways in which it is known whether it holds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from gatehouse.domain.checklist.snapshot import Inside, Outside, Probe

DAY: Final = 86_400
ATTESTATION_DAYS: Final = 180
"""How long somebody's word counts, unless an item says otherwise."""

InsideRule: TypeAlias = Callable[[Inside, int], Iterator[str]]
OutsideRule: TypeAlias = Callable[[Outside, int], Iterator[str]]
ProbeRule: TypeAlias = Callable[[tuple[Probe, ...]], Iterator[str]]
"""Rules yield what is wrong, a sentence each; nothing means that the item holds."""


class Document(StrEnum):
    """Where an item comes from."""

    TENGINE = "TengineAI production checklist"
    TENUO = "Tenuo, Going to Production"
    SENTINEL = "Sentinel Auth production checklist"
    OWN = "Gatehouse"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByConstruction:
    """It cannot be otherwise, and `test` proves that: `file::name` below `tests/`."""

    test: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """It is looked at: from within, by what the gateway knows; from outside; or both."""

    inside: InsideRule | None = None
    outside: OutsideRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Only people know: somebody says so, and says so again after `days`."""

    days: int = ATTESTATION_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """Tools' endpoints are tried: one that lets in what it must refuse is told.

    Where all refuse, that is proof only if it is conclusive; else somebody's word counts, as for
    `Asked`. What `waits` tells of has no word: something else has to hold first.
    """

    rule: ProbeRule
    waits: ProbeRule | None = None
    is_conclusive: bool = False
    days: int = ATTESTATION_DAYS


Known: TypeAlias = ByConstruction | Measured | Asked | Probed


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing that has to hold.

    Attributes:
        id: Its name, which never changes.
        document: Where it comes from.
        place: Its place there.
        says: What has to hold.
        risk: What may happen where it does not.
        fix: What to do about it.
        command: How; words in capitals stand for what is one's own.
        known: How it is known.
    """

    id: str
    document: Document
    place: str
    says: str
    risk: str
    fix: str
    command: str
    known: Known

    @property
    def origin(self) -> str:
        """Document and place, for people."""
        return f"{self.document}, {self.place}"

    @property
    def is_attestable(self) -> bool:
        """Whether somebody's word can count."""
        return isinstance(self.known, Asked | Probed)
