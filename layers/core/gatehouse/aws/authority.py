"""The one read that authenticates and authorizes a request."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import number, text
from gatehouse.aws.batch_reads import read_all
from gatehouse.aws.copies import copy_key, is_copied, read_copies
from gatehouse.aws.offer_items import read_prompt
from gatehouse.aws.principal_items import read_assertion_key, read_member
from gatehouse.aws.project_items import read_integration, read_project
from gatehouse.aws.session_items import read_family
from gatehouse.aws.tables import (
    ASSERTION_KEY,
    AUDIT_HEAD,
    FAMILY,
    INTEGRATION,
    MEMBER,
    META,
    PROMPT,
    REVOKED_WARRANT,
    TOOL,
    TOOL_DEFINITION,
    TRUSTED_ROOT,
    assertion_key_key,
    audit_head_key,
    family_key,
    integration_key,
    member_key,
    project_key,
    prompt_key,
    revoked_warrant_key,
    tool_definition_key,
    tool_key,
    trusted_root_key,
)
from gatehouse.aws.tool_items import read_tool
from gatehouse.aws.warrant_items import read_root
from gatehouse.domain.errors import Unavailable
from gatehouse.ports.authority import Authority, LatestChange, Wanted

if TYPE_CHECKING:
    from gatehouse.aws.attributes import Item
    from gatehouse.aws.services import DynamoDb
    from gatehouse.aws.tables import Key


MAX_REMEMBERED: Final = 1_000
"""Projects whose copies an instance remembers."""
MAX_KNOWN: Final = 128
"""What was read last, as many as answers that a client remembers."""


@dataclass(frozen=True, slots=True)
class DynamoAuthority:
    """Keeps `AuthorityReader` with one consistent BatchGetItem.

    `copies` is what META last said of a project's copies; `choose` returns a number below its
    argument. `sessions_table` is that of sessions, which come in the same answer; without it no
    session is ever found.
    """

    client: "DynamoDb"
    table: str
    choose: Callable[[int], int] = secrets.randbelow
    copies: dict[str, tuple[int, ...]] = field(default_factory=dict)
    sessions_table: str | None = None
    known: dict[tuple[object, ...], "tuple[list[Item], Authority]"] = field(
        default_factory=dict, repr=False
    )

    def read(self, wanted: Wanted) -> Authority:
        """See `AuthorityReader.read`.

        It is read from a copy, if META stands there; only then is all of it current.
        """
        keys = _keys(wanted)
        if copies := self.copies.get(wanted.project_id):
            number = copies[self.choose(len(copies))]
            copied = [copy_key(key, number) if is_copied(key) else key for key in keys]
            authority = self._whole(copied, wanted)
            if authority.project is not None:
                return authority
        return self._whole(keys, wanted)

    def _whole(self, keys: "list[Key]", wanted: Wanted) -> Authority:
        """Read `keys`, once more if a tool's halves do not fit each other.

        The items are read each time. Where they are the very objects of before, as a client may
        answer what is the same byte for byte, what they say is known.
        """
        for _attempt in range(2):
            items = read_all(self.client, self._requests(keys, wanted))
            # Ids are of no other objects while these are kept alive.
            asked = (wanted, *map(id, items))
            known = self.known.get(asked)
            if known is not None:
                return known[1]
            found = {text(item, "SK"): item for item in items}
            if not _is_torn(found, wanted.tool_name):
                authority = _authority(wanted, found)
                self._remember(wanted.project_id, found.get(META))
                while len(self.known) >= MAX_KNOWN:
                    self.known.pop(next(iter(self.known)), None)
                self.known[asked] = (items, authority)
                return authority
        raise Unavailable

    def _remember(self, project_id: str, meta: "Item | None") -> None:
        """Note where to read the next time: a hint, which the next read checks."""
        if meta is None:
            return
        self.copies.pop(project_id, None)
        if copies := read_copies(meta).read:
            if len(self.copies) >= MAX_REMEMBERED:
                self.copies.pop(next(iter(self.copies)))
            self.copies[project_id] = copies

    def _requests(self, keys: "list[Key]", wanted: Wanted) -> "dict[str, list[Key]]":
        """Return what to read of which table."""
        requests = {self.table: keys}
        if wanted.family_id is not None and self.sessions_table is not None:
            asked = requests.get(self.sessions_table, [])
            requests[self.sessions_table] = [*asked, family_key(wanted.family_id)]
        return requests


def _authority(wanted: Wanted, found: "dict[str, Item]") -> Authority:
    project = found.get(META)
    integration = found.get(f"{INTEGRATION}{wanted.integration_id}")
    assertion_key = found.get(f"{ASSERTION_KEY}{wanted.assertion_kid}")
    member = found.get(f"{MEMBER}{wanted.member_external_id}")
    tool = found.get(f"{TOOL}{wanted.tool_name}")
    definition = found.get(f"{TOOL_DEFINITION}{wanted.tool_name}")
    prompt = found.get(f"{PROMPT}{wanted.prompt_name}")
    root = found.get(TRUSTED_ROOT + (wanted.warrant_root or b"").hex())
    family = found.get(FAMILY)
    change = found.get(AUDIT_HEAD)
    revoked = (name for name in wanted.warrant_ids if REVOKED_WARRANT + name in found)
    return Authority(
        project=read_project(project) if project else None,
        integration=read_integration(integration) if integration else None,
        assertion_key=read_assertion_key(assertion_key) if assertion_key else None,
        member=read_member(member) if member else None,
        tool=read_tool(tool, definition) if tool and definition else None,
        prompt=read_prompt(prompt) if prompt else None,
        trusted_root=read_root(root) if root else None,
        revoked=frozenset(revoked),
        family=read_family(family) if family else None,
        latest_change=_read_change(change) if change else None,
    )


def _read_change(head: "Item") -> LatestChange:
    return LatestChange(digest=text(head, "digest"), at=number(head, "at"))


def _is_torn(found: "dict[str, Item]", tool_name: str | None) -> bool:
    """Say whether a tool's two items are from before and after a change.

    BatchGetItem is consistent for each item, but it is no snapshot of them all.
    """
    halves = [found.get(f"{prefix}{tool_name}") for prefix in (TOOL, TOOL_DEFINITION)]
    return len({text(half, "digest") for half in halves if half}) > 1


@lru_cache(maxsize=MAX_KNOWN)
def _keys(wanted: Wanted) -> "list[Key]":
    """Return the keys of the items themselves; nobody may change them.

    `copies.COPIED` says which of them have copies.
    """
    project_id = wanted.project_id
    keys = [project_key(project_id)]
    if wanted.integration_id is not None:
        keys.append(integration_key(project_id, wanted.integration_id))
    if wanted.assertion_kid is not None:
        keys.append(assertion_key_key(project_id, wanted.assertion_kid))
    if wanted.member_external_id is not None:
        keys.append(member_key(project_id, wanted.member_external_id))
    if wanted.tool_name is not None:
        keys.append(tool_key(project_id, wanted.tool_name))
        keys.append(tool_definition_key(project_id, wanted.tool_name))
    if wanted.prompt_name is not None:
        keys.append(prompt_key(project_id, wanted.prompt_name))
    if wanted.warrant_root is not None:
        keys.append(trusted_root_key(project_id, wanted.warrant_root))
    keys += [revoked_warrant_key(project_id, each) for each in wanted.warrant_ids]
    if wanted.latest_change:
        keys.append(audit_head_key(project_id))
    return keys
