"""The items of prompts and resources: each kind's two directions beside each other."""

from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.attributes import (
    Item,
    NewItem,
    flag,
    flag_value,
    json_value,
    number,
    number_value,
    optional_text,
    parsed,
    text,
    text_value,
)
from gatehouse.aws.item_parts import FORMAT, read_sealed_secret, sealed_secret_attributes
from gatehouse.aws.tables import (
    prompt_key,
    resource_key,
    resource_listed_key,
    template_listed_key,
)
from gatehouse.domain.prompt_documents import (
    prompt_descriptor_text,
    prompt_document,
    read_prompt_definition,
)
from gatehouse.domain.prompts import Prompt
from gatehouse.domain.resource_documents import (
    read_resource_definition,
    resource_descriptor_text,
    resource_document,
)
from gatehouse.domain.resources import Resource

if TYPE_CHECKING:
    from gatehouse.aws.tables import Key
    from gatehouse.domain.json_values import JsonObject

URI: Final = "uri"
"""Of a listed resource: its URI, or its URI template."""


def prompt_item(prompt: Prompt) -> NewItem:
    """Write a prompt."""
    return {
        **prompt_key(prompt.project_id, prompt.definition.name),
        **_stored(prompt),
        "definition": json_value(prompt_document(prompt.definition)),
        "descriptor": text_value(prompt_descriptor_text(prompt.definition)),
    }


def read_prompt(item: Item) -> Prompt:
    """Read a prompt."""
    return Prompt(
        project_id=text(item, "project_id"),
        definition=read_prompt_definition(cast("JsonObject", parsed(item, "definition"))),
        digest=text(item, "digest"),
        version=number(item, "version"),
        is_enabled=flag(item, "is_enabled"),
        created_at=number(item, "created_at"),
        updated_at=number(item, "updated_at"),
    )


def resource_item(resource: Resource) -> NewItem:
    """Write a resource."""
    return {
        **resource_key(resource.project_id, resource.definition.name),
        **_stored(resource),
        **sealed_secret_attributes(resource.sealed_secret),
        **_approval(resource),
        "definition": json_value(resource_document(resource.definition)),
    }


def read_resource(item: Item) -> Resource:
    """Read a resource."""
    return Resource(
        project_id=text(item, "project_id"),
        definition=read_resource_definition(cast("JsonObject", parsed(item, "definition"))),
        digest=text(item, "digest"),
        version=number(item, "version"),
        is_enabled=flag(item, "is_enabled"),
        created_at=number(item, "created_at"),
        updated_at=number(item, "updated_at"),
        sealed_secret=read_sealed_secret(item),
        approved_digest=optional_text(item, "approved_digest"),
    )


def listed_item(resource: Resource) -> "tuple[NewItem, Key]":
    """Write what lists show of a resource; and the key where it must not be listed.

    Resources with a URI and those with a template are listed apart, and a change may move one.
    """
    definition = resource.definition
    keys = [
        resource_listed_key(resource.project_id, definition.name),
        template_listed_key(resource.project_id, definition.name),
    ]
    if definition.uri is None:
        keys.reverse()
    item: NewItem = {
        **keys[0],
        **_approval(resource),
        "digest": text_value(resource.digest),
        "is_enabled": flag_value(resource.is_enabled),
        URI: text_value(definition.uri or definition.uri_template or ""),
        "descriptor": text_value(resource_descriptor_text(definition)),
    }
    return item, keys[1]


def _approval(resource: Resource) -> NewItem:
    approved = resource.approved_digest
    return {} if approved is None else {"approved_digest": text_value(approved)}


def _stored(thing: Prompt | Resource) -> NewItem:
    return {
        "project_id": text_value(thing.project_id),
        "format": number_value(FORMAT),
        "digest": text_value(thing.digest),
        "version": number_value(thing.version),
        "is_enabled": flag_value(thing.is_enabled),
        "created_at": number_value(thing.created_at),
        "updated_at": number_value(thing.updated_at),
    }
