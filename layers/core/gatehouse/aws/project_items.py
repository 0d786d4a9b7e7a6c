"""The items of projects and integrations: both directions beside each other."""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final

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
from gatehouse.aws.copies import read_copies
from gatehouse.aws.item_parts import (
    limits_value,
    optional_number_value,
    optional_text_value,
    read_item_limits,
)
from gatehouse.aws.tables import INTEGRATION, integration_key, project_key
from gatehouse.domain.admissions import Admission, AdmissionRule
from gatehouse.domain.oauth_clients import RegisteredClient
from gatehouse.domain.project_settings import ProjectSettings, read_settings, settings_document
from gatehouse.domain.projects import Integration, Project, Scope
from gatehouse.domain.warrant_policies import NO_POLICY, WarrantPolicy
from gatehouse.domain.warrant_policy_documents import policy_document, read_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

OAUTH: Final = "oauth"
"""The kind of an integration that is an OAuth client's; others say nothing."""
# A table of an enumeration is as strict as the enumeration, and costs no call.
_SCOPES: Final = {each.value: each for each in Scope}
MAX_SETTINGS: Final = 256
"""Settings that an instance remembers as read."""


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
            "warrant_policy": warrant_policy_value(project.warrant_policy),
            "created_at": number_value(project.created_at),
            "deleted_at": optional_number_value(project.deleted_at),
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
        warrant_policy=_read_warrant_policy(item),
        replicas_in_use=max(1, len(read_copies(item).read)),
        created_at=number(item, "created_at"),
        deleted_at=optional_number(item, "deleted_at"),
    )


def _read_settings(item: Item) -> ProjectSettings:
    """Read a project's settings; what was stored before there were any restricts nothing."""
    if "settings" not in item:
        return ProjectSettings()
    return _settings_of(text(item, "settings"))


@lru_cache(maxsize=MAX_SETTINGS)
def _settings_of(document: str) -> ProjectSettings:
    """Read settings; most projects have the same, and a project's seldom change."""
    try:
        return read_settings(json.loads(document))
    except ValueError as error:
        raise CorruptItem("settings are not readable") from error


def warrant_policy_value(policy: WarrantPolicy) -> "NewValue | None":
    """Write what a project asks of warrants, unless it asks nothing."""
    return None if policy == NO_POLICY else json_value(policy_document(policy))


def _read_warrant_policy(item: Item) -> WarrantPolicy:
    """Read what a project asks of warrants; what was stored without asks nothing."""
    if "warrant_policy" not in item:
        return NO_POLICY
    try:
        return read_policy(parsed(item, "warrant_policy"))
    except ValueError as error:
        raise CorruptItem("the warrant policy is not readable") from error


def integration_item(integration: Integration) -> NewItem:
    """Write an integration."""
    return without_none(
        {
            **integration_key(integration.project_id, integration.id),
            "project_id": text_value(integration.project_id),
            "name": text_value(integration.name),
            "environment": optional_text_value(integration.environment),
            "scopes": texts_value(sorted(integration.scopes)),
            "key_digest": text_value(integration.key_digest),
            "limits": limits_value(integration.limits),
            **({} if integration.client is None else _client_attributes(integration.client)),
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
        scopes=frozenset([_SCOPES[name] for name in texts(item, "scopes")]),
        key_digest=text(item, "key_digest"),
        limits=read_item_limits(item),
        client=_read_client(item),
        created_by=text(item, "created_by"),
        created_at=number(item, "created_at"),
    )


def _client_attributes(client: RegisteredClient) -> "Mapping[str, NewValue | None]":
    return {
        "kind": text_value(OAUTH),
        "redirect_uris": texts_value(client.redirect_uris),
        "client_secret_digest": optional_text_value(client.secret_digest),
        "admission": text_value(client.admission.rule),
        "admitted_domains": texts_value(sorted(client.admission.domains)),
        "allow_metadata_clients": flag_value(client.allow_metadata_clients),
    }


def _read_client(item: Item) -> RegisteredClient | None:
    """Read an integration's client; one that does not say whom it admits admits fewest."""
    if optional_text(item, "kind") != OAUTH:
        return None
    rule = AdmissionRule(optional_text(item, "admission") or AdmissionRule.INVITED)
    return RegisteredClient(
        redirect_uris=texts(item, "redirect_uris"),
        secret_digest=optional_text(item, "client_secret_digest"),
        admission=Admission(rule=rule, domains=frozenset(texts(item, "admitted_domains"))),
        allow_metadata_clients="allow_metadata_clients" in item
        and flag(item, "allow_metadata_clients"),
    )
