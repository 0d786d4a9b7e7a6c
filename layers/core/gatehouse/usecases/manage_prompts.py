"""Store prompts and keep them: nothing is stored that breaks a rule."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gatehouse.domain import ids
from gatehouse.domain.errors import Conflict, InvalidFields
from gatehouse.domain.prompt_documents import prompt_digest
from gatehouse.domain.prompt_rules import prompt_errors
from gatehouse.domain.prompts import Prompt, PromptDefinition
from gatehouse.ports.offers import Prompts
from gatehouse.ports.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagePrompts:
    """The use cases around prompts."""

    prompts: Prompts
    clock: Callable[[], int]

    def create(self, project_id: str, definition: PromptDefinition, *, is_enabled: bool) -> Prompt:
        """Store a prompt; raise `InvalidFields`, or `Conflict` when its name is taken."""
        now = self.clock()
        made = Prompt(
            project_id=project_id,
            definition=definition,
            digest=_checked_digest(definition),
            version=1,
            is_enabled=is_enabled,
            created_at=now,
            updated_at=now,
        )
        self.prompts.create(made)
        return made

    def get(self, project_id: str, prompt_id: str) -> Prompt:
        """Return a prompt; raise `NotFound`."""
        return self.prompts.get(project_id, ids.prompt_name(prompt_id))

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Prompt]:
        """List a project's prompts."""
        return self.prompts.page(project_id, after=after, limit=limit)

    def replace(
        self, current: Prompt, definition: PromptDefinition, *, is_enabled: bool, version: int
    ) -> Prompt:
        """Store a changed prompt over `current`, which must still be of `version`.

        Raises:
            InvalidFields: The changed prompt breaks a rule.
            Conflict: Somebody else changed the prompt; with the current version.
            NotFound: The prompt was deleted.
        """
        if current.version != version:
            raise Conflict("The prompt has changed", current_version=current.version)
        changed = replace(
            current,
            definition=definition,
            digest=_checked_digest(definition),
            version=version + 1,
            is_enabled=is_enabled,
            updated_at=self.clock(),
        )
        self.prompts.replace(changed, expected_version=version)
        return changed

    def delete(self, project_id: str, prompt_id: str) -> None:
        """Remove a prompt at once; raise `NotFound`."""
        self.prompts.delete(project_id, ids.prompt_name(prompt_id))


def _checked_digest(definition: PromptDefinition) -> str:
    if errors := prompt_errors(definition):
        raise InvalidFields(errors)
    return prompt_digest(definition)
