"""Prompts."""

from dataclasses import replace

from gatehouse.domain.ids import prompt_name
from gatehouse.domain.prompts import Prompt
from gatehouse.domain.sharing import Thing, ThingKind
from gatehouse.edge.rest.models import Nothing, PageQuery
from gatehouse.edge.rest.prompt_models import (
    NewPrompt,
    PromptChange,
    PromptList,
    changed_prompt,
    new_prompt,
    prompt_answer,
)
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.edge.rest.versions import etag, expected_version, lost_race
from gatehouse.usecases.management import Management


def create_prompt(management: Management, call: Call, body: NewPrompt) -> Answered:
    """Store a prompt."""
    is_enabled = body.is_enabled is not False
    return _answered(
        management.prompts.create(call.project_id, new_prompt(body), is_enabled=is_enabled)
    )


def list_prompts(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the project's prompts, disabled ones included."""
    page = management.prompts.page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=PromptList.of(map(prompt_answer, page.items), page.next_after))


def read_prompt(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Read a prompt."""
    return _answered(management.prompts.get(call.project_id, call.params["id"]))


def change_prompt(management: Management, call: Call, body: PromptChange) -> Answered:
    """Change the given fields of a prompt, on the version that the caller knows."""
    version = expected_version(call.request, body.version)
    current = management.prompts.get(call.project_id, call.params["id"])
    definition = replace(current.definition, **changed_prompt(body))
    is_enabled = current.is_enabled if body.is_enabled is None else body.is_enabled
    with lost_race(call.request):
        return _answered(
            management.prompts.replace(current, definition, is_enabled=is_enabled, version=version)
        )


def delete_prompt(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Remove a prompt at once."""
    thing = Thing(kind=ThingKind.PROMPT, name=prompt_name(call.params["id"]))
    management.sharing.forget(call.project_id, thing)
    management.prompts.delete(call.project_id, call.params["id"])
    return Answered(answer=None)


def _answered(prompt: Prompt) -> Answered:
    return Answered(answer=prompt_answer(prompt), etag=etag(prompt.version))
