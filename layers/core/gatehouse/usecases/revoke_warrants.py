"""Revoke warrants: by a list that an issuer signed, or by the project's own.

A revocation is final. Warrants are revoked first, and the list is kept afterwards: what breaks off
in between has revoked more than the kept list says, never less, and the same request completes it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.domain.errors import Conflict, FieldError, InvalidFields
from gatehouse.domain.projects import Project
from gatehouse.domain.revocations import WARRANT_ID, KeptList, own_issuer, own_list, warrant_ids
from gatehouse.domain.shown_text import text_problem
from gatehouse.ports.pages import Page, every
from gatehouse.ports.warrants import Revocations, TrustedRoots

if TYPE_CHECKING:
    from gatehouse.domain.warrants import RevocationList

MAX_LIST_BYTES: Final = 256 * 1024
"""Of a list: an item of DynamoDB holds 400 KB. Some 6,000 warrants."""
MAX_NEW: Final = 1000
MAX_REASON: Final = 500
ATTEMPTS: Final = 3
"""How often the project's own list is built anew when others extend it at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeWarrants:
    """The use cases around revocation; each holds for the very next call."""

    revocations: Revocations
    roots: TrustedRoots
    clock: Callable[[], int]

    def upload(self, project: Project, data: bytes) -> KeptList:
        """Revoke what a list names, signed by a trusted root or by the project itself.

        Raises:
            InvalidFields: It is no list, its signature does not hold, or nobody trusted signed it.
            Conflict: A newer list of this issuer is kept, or another one of the same version.
        """
        trusted = {root.public_key for root in every(self.roots.page, project.id)}
        given = _read(data, issuers={own_issuer(project), *trusted})
        return self._accepted(project.id, given, self.revocations.get(project.id, given.issuer))

    def revoke(self, project: Project, ids: Collection[str], reason: str | None) -> KeptList:
        """Add warrants to the project's own list; nothing changes when they are on it already.

        Raises:
            InvalidFields: One is no id of a warrant, or there are too many.
            Conflict: Others extended the list again and again.
        """
        _require(ids, reason)
        issuer = own_issuer(project)
        for attempt in range(ATTEMPTS):
            kept = self.revocations.get(project.id, issuer)
            listed = _listed(kept)
            if kept is not None and listed.issuperset(ids):
                return kept
            version = kept.version + 1 if kept else 1
            data = own_list(project, listed.union(ids), version=version, now=self.clock())
            given = _read(data, issuers={issuer}, field="warrant_ids")
            try:
                return self._accepted(project.id, given, kept, reason=reason)
            except Conflict:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[KeptList]:
        """List the newest list of each issuer."""
        return self.revocations.page(project_id, after=after, limit=limit)

    def published(self, project_id: str, issuer: bytes) -> KeptList:
        """Return the newest list of an issuer, for everybody; raise `NotFound`."""
        return self.revocations.published(project_id, issuer)

    def _accepted(
        self,
        project_id: str,
        given: "RevocationList",
        kept: KeptList | None,
        *,
        reason: str | None = None,
    ) -> KeptList:
        """Revoke what a verified list names, and keep it in place of `kept`."""
        if kept is not None:
            _require_newer(given, kept)
            if given.version == kept.version:
                return kept
        named, now = warrant_ids(given.ids), self.clock()
        self.revocations.revoke(
            project_id, named - _listed(kept), issuer=given.issuer, version=given.version, now=now
        )
        newest = KeptList(
            issuer=given.issuer,
            version=given.version,
            digest=given.digest,
            data=given.data,
            warrants=len(named),
            accepted_at=now,
            reason=reason,
        )
        instead_of = kept.version if kept else None
        self.revocations.keep(project_id, newest, instead_of=instead_of)
        return newest


def _read(data: bytes, *, issuers: Collection[bytes], field: str = "list") -> "RevocationList":
    # The verifier is loaded when a list comes; few requests bring one.
    from gatehouse.domain.warrants import Denied, RevocationList  # noqa: PLC0415

    if len(data) > MAX_LIST_BYTES:
        message = f"makes a list of more than {MAX_LIST_BYTES // 1024} KB"
        raise InvalidFields((FieldError(field, message),))
    try:
        return RevocationList.parse(data, issuers=issuers)
    except Denied as denied:
        raise InvalidFields((FieldError(field, str(denied)),)) from denied


def _listed(kept: KeptList | None) -> frozenset[str]:
    """Return the warrants that a kept list names."""
    return warrant_ids(_read(kept.data, issuers={kept.issuer}).ids) if kept else frozenset()


def _require_newer(given: "RevocationList", kept: KeptList) -> None:
    from gatehouse.domain.warrants import Denied  # noqa: PLC0415 - as above

    try:
        given.require_replaces(_read(kept.data, issuers={kept.issuer}))
    except Denied as denied:
        raise Conflict(str(denied), current_version=kept.version) from denied


def _require(ids: Collection[str], reason: str | None) -> None:
    errors = [
        FieldError(f"warrant_ids.{index}", "must be tnu_wrt_ and 32 hexadecimal digits")
        for index, each in enumerate(ids)
        if not WARRANT_ID.fullmatch(each)
    ]
    if not 1 <= len(ids) <= MAX_NEW:
        errors.append(FieldError("warrant_ids", f"must name 1 to {MAX_NEW} warrants"))
    if reason is not None and (problem := text_problem(reason, longest=MAX_REASON)):
        errors.append(FieldError("reason", problem))
    if errors:
        raise InvalidFields(tuple(errors[:100]))
