"""Suggest what an argument of a prompt, or a variable of a resource's URI, may become."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import InvalidRequest, NotFound
from gatehouse.domain.prompts import Prompt
from gatehouse.ports.offers import EnabledResources
from gatehouse.usecases.get_prompt import usable_prompt

MAX_VALUES: Final = 100
"""The most that MCP lets one answer suggest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Suggestions in their owner's order, and how many there are in all."""

    values: tuple[str, ...]
    total: int

    @property
    def has_more(self) -> bool:
        """Whether some were left out."""
        return self.total > len(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """Suggest from stored candidates, by what was typed so far."""

    resources: EnabledResources

    def of_prompt(
        self, caller: Caller, name: str, prompt: Prompt | None, *, argument: str, typed: str
    ) -> Completion:
        """Suggest for an argument; raise `NotFound`, or `InvalidRequest` for no such argument."""
        found = usable_prompt(prompt, caller, name)
        for each in found.definition.arguments:
            if each.name == argument:
                return _suggested(each.completions, typed)
        raise InvalidRequest(f"The prompt has no argument '{argument[:64]}'")

    def of_resource(
        self, caller: Caller, uri_template: str, *, argument: str, typed: str
    ) -> Completion:
        """Suggest for a variable; raise `NotFound`, or `InvalidRequest` for no such variable."""
        project = caller.project
        found = self.resources.of_template(
            project.id, uri_template, only_approved=project.settings.require_approval
        )
        if found is None:
            raise NotFound("Unknown resource template")
        if argument not in found.definition.variables:
            raise InvalidRequest(f"The resource template has no variable '{argument[:64]}'")
        return _suggested(found.definition.completions.get(argument, ()), typed)


def _suggested(candidates: Sequence[str], typed: str) -> Completion:
    start = typed.casefold()
    matching = [each for each in candidates if each.casefold().startswith(start)]
    return Completion(values=tuple(matching[:MAX_VALUES]), total=len(matching))
