"""The items of the Authority table: each kind's two directions beside each other."""

from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.attributes import (
    CorruptItem,
    Item,
    NewItem,
    NewValue,
    bytes_value,
    flag,
    flag_value,
    json_value,
    number,
    number_value,
    optional_number,
    optional_text,
    parsed,
    raw,
    text,
    text_value,
    texts,
    texts_value,
    without_none,
)
from gatehouse.aws.tables import (
    INTEGRATION,
    MEMBER,
    assertion_key_key,
    integration_key,
    member_key,
    project_key,
    tool_definition_key,
    tool_key,
)
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.limits import UNLIMITED, Limits, limits_document, read_limits
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.project_settings import (
    ProjectSettings,
    read_settings,
    settings_document,
)
from gatehouse.domain.projects import Integration, Project, Scope
from gatehouse.domain.sealing import RetiringSecret, SealedSecret
from gatehouse.domain.tool_documents import (
    definition_document,
    read_definition,
    tool_descriptor_text,
)
from gatehouse.domain.tools import Tool

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject

FORMAT = 1
"""Version of these shapes; an item of another version is not read."""
SECRET: Final = "secret_"  # noqa: S105 - a prefix
RETIRING: Final = "retiring_"
"""What the attributes of a sealed secret begin with: the present one, and the one before."""


def project_item(project: Project) -> NewItem:
    """Write a project."""
    return without_none(
        {
            **project_key(project.id),
            "project_id": text_value(project.id),
            "name": text_value(project.name),
            "version": number_value(project.version),
            "pepper": bytes_value(project.pepper),
            "settings": json_value(settings_document(project.settings)),
            "created_at": number_value(project.created_at),
            "deleted_at": _optional_number_value(project.deleted_at),
        }
    )


def read_project(item: Item) -> Project:
    """Read a project."""
    return Project(
        id=text(item, "project_id"),
        name=text(item, "name"),
        version=number(item, "version"),
        pepper=raw(item, "pepper"),
        settings=_read_settings(item),
        created_at=number(item, "created_at"),
        deleted_at=optional_number(item, "deleted_at"),
    )


def _read_settings(item: Item) -> ProjectSettings:
    """Read a project's settings; what was stored before there were any restricts nothing."""
    if "settings" not in item:
        return ProjectSettings()
    try:
        return read_settings(parsed(item, "settings"))
    except ValueError as error:
        raise CorruptItem("settings are not readable") from error


def integration_item(integration: Integration) -> NewItem:
    """Write an integration."""
    return without_none(
        {
            **integration_key(integration.project_id, integration.id),
            "project_id": text_value(integration.project_id),
            "name": text_value(integration.name),
            "environment": _optional_text_value(integration.environment),
            "scopes": texts_value(sorted(integration.scopes)),
            "key_digest": text_value(integration.key_digest),
            "limits": _limits_value(integration.limits),
            "created_by": text_value(integration.created_by),
            "created_at": number_value(integration.created_at),
        }
    )


def read_integration(item: Item) -> Integration:
    """Read an integration."""
    return Integration(
        id=text(item, "SK").removeprefix(INTEGRATION),
        project_id=text(item, "project_id"),
        name=text(item, "name"),
        environment=optional_text(item, "environment"),
        scopes=frozenset(Scope(scope) for scope in texts(item, "scopes")),
        key_digest=text(item, "key_digest"),
        limits=_read_limits(item),
        created_by=text(item, "created_by"),
        created_at=number(item, "created_at"),
    )


def assertion_key_item(project_id: str, key: AssertionKey) -> NewItem:
    """Write an assertion key."""
    return without_none(
        {
            **assertion_key_key(project_id, key.kid),
            "kid": text_value(key.kid),
            "algorithm": text_value(key.algorithm),
            "public_key_pem": text_value(key.public_key_pem),
            "description": _optional_text_value(key.description),
            "created_at": number_value(key.created_at),
            "deactivated_at": _optional_number_value(key.deactivated_at),
        }
    )


def read_assertion_key(item: Item) -> AssertionKey:
    """Read an assertion key."""
    return AssertionKey(
        kid=text(item, "kid"),
        algorithm=AssertionAlgorithm(text(item, "algorithm")),
        public_key_pem=text(item, "public_key_pem"),
        description=optional_text(item, "description"),
        created_at=number(item, "created_at"),
        deactivated_at=optional_number(item, "deactivated_at"),
    )


def member_item(project_id: str, member: MemberStanding) -> NewItem:
    """Write a member."""
    return without_none(
        {
            **member_key(project_id, member.external_id),
            "epoch": number_value(member.epoch),
            "blocked_at": _optional_number_value(member.blocked_at),
            "email": _optional_text_value(member.email),
            "roles": texts_value(member.roles) if member.roles else None,
            "first_seen": _optional_number_value(member.first_seen),
            "last_seen": _optional_number_value(member.last_seen),
        }
    )


def read_member(item: Item) -> MemberStanding:
    """Read a member; one that was only ever seen has no epoch yet."""
    return MemberStanding(
        external_id=text(item, "SK").removeprefix(MEMBER),
        epoch=optional_number(item, "epoch") or 0,
        blocked_at=optional_number(item, "blocked_at"),
        email=optional_text(item, "email"),
        roles=texts(item, "roles"),
        first_seen=optional_number(item, "first_seen"),
        last_seen=optional_number(item, "last_seen"),
    )


def tool_items(tool: Tool) -> tuple[NewItem, NewItem]:
    """Write a tool as its two items: what decides, and what describes.

    They are written together and read together; `digest` says that they belong to each other.
    """
    name = tool.definition.name
    decides: NewItem = {
        **tool_key(tool.project_id, name),
        "project_id": text_value(tool.project_id),
        "format": number_value(FORMAT),
        "digest": text_value(tool.digest),
        "version": number_value(tool.version),
        "is_enabled": flag_value(tool.is_enabled),
        "created_at": number_value(tool.created_at),
        "updated_at": number_value(tool.updated_at),
    }
    decides |= sealed_secret_attributes(tool.sealed_secret)
    if retiring := tool.retiring_secret:
        decides |= sealed_secret_attributes(retiring.sealed, RETIRING)
        decides["retiring_until"] = number_value(retiring.until)
    describes: NewItem = {
        **tool_definition_key(tool.project_id, name),
        "digest": text_value(tool.digest),
        "is_enabled": flag_value(tool.is_enabled),
        "definition": json_value(definition_document(tool.definition)),
        "descriptor": text_value(tool_descriptor_text(tool.definition)),
    }
    if limits := _limits_value(tool.limits):
        decides["limits"] = limits
    if tool.approved_digest is not None:
        # On both: one decides whether the tool may be called, the other whether it is listed.
        approved = text_value(tool.approved_digest)
        decides["approved_digest"] = describes["approved_digest"] = approved
    return decides, describes


def read_tool(decides: Item, describes: Item) -> Tool:
    """Read a tool from its two items."""
    return Tool(
        project_id=text(decides, "project_id"),
        definition=read_definition(cast("JsonObject", parsed(describes, "definition"))),
        digest=text(decides, "digest"),
        version=number(decides, "version"),
        is_enabled=flag(decides, "is_enabled"),
        created_at=number(decides, "created_at"),
        updated_at=number(decides, "updated_at"),
        sealed_secret=read_sealed_secret(decides),
        retiring_secret=_read_retiring_secret(decides),
        approved_digest=optional_text(decides, "approved_digest"),
        limits=_read_limits(decides),
    )


def sealed_secret_attributes(sealed: SealedSecret | None, prefix: str = SECRET) -> NewItem:
    """Write a sealed secret, if there is one."""
    if sealed is None:
        return {}
    return {
        prefix + "wrapped_key": bytes_value(sealed.wrapped_key),
        prefix + "nonce": bytes_value(sealed.nonce),
        prefix + "ciphertext": bytes_value(sealed.ciphertext),
    }


def read_sealed_secret(item: Item, prefix: str = SECRET) -> SealedSecret | None:
    """Read a sealed secret, if there is one."""
    if prefix + "ciphertext" not in item:
        return None
    return SealedSecret(
        wrapped_key=raw(item, prefix + "wrapped_key"),
        nonce=raw(item, prefix + "nonce"),
        ciphertext=raw(item, prefix + "ciphertext"),
    )


def _read_retiring_secret(item: Item) -> RetiringSecret | None:
    sealed = read_sealed_secret(item, RETIRING)
    if sealed is None:
        return None
    return RetiringSecret(sealed=sealed, until=number(item, "retiring_until"))


def _limits_value(limits: Limits) -> "NewValue | None":
    return None if limits == UNLIMITED else json_value(limits_document(limits))


def _read_limits(item: Item) -> Limits:
    if "limits" not in item:
        return UNLIMITED
    try:
        return read_limits(parsed(item, "limits"))
    except ValueError as error:
        raise CorruptItem("limits are not readable") from error


def _optional_text_value(value: str | None) -> "NewValue | None":
    return None if value is None else text_value(value)


def _optional_number_value(value: int | None) -> "NewValue | None":
    return None if value is None else number_value(value)
