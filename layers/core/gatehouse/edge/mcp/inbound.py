"""What a method is given, and what it may give back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from gatehouse.domain.gzip_parts import Packed
from gatehouse.domain.limits import Standing
from gatehouse.domain.warrant_policies import Carried
from gatehouse.edge.mcp.envelope import Message
from gatehouse.edge.mcp.eras import Era
from gatehouse.edge.mcp.headers import Headers
from gatehouse.edge.mcp.render import JsonText
from gatehouse.usecases.authenticate import Admitted
from gatehouse.usecases.call_tool import CallTool
from gatehouse.usecases.complete import Complete
from gatehouse.usecases.get_prompt import GetPrompt
from gatehouse.usecases.list_offered import ListOffered
from gatehouse.usecases.read_resource import ReadResource


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """An admitted request and the warrant that came along; `request_id` is ours, no message's."""

    message: Message
    era: Era
    admitted: Admitted
    warrant: Carried
    headers: Headers = field(repr=False)
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The use cases behind the methods."""

    list_tools: ListOffered
    call_tool: CallTool
    list_prompts: ListOffered
    get_prompt: GetPrompt
    list_resources: ListOffered
    list_resource_templates: ListOffered
    read_resource: ReadResource
    complete: Complete


class Framed(NamedTuple):
    """A result: what it begins with, a page, and the rest.

    `packed` is an answer's beginning to the end of the page, if that was compressed before.
    """

    opening: JsonText
    page: JsonText
    after: JsonText
    packed: Packed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A result, the notifications before it, and where the caller stands with its limits.

    `headers` go with an answer to this one request; in a batch there are none.
    """

    result: JsonText | Framed
    notifications: tuple[JsonText, ...] = ()
    standings: tuple[Standing, ...] = ()
    headers: Headers = field(default_factory=dict)

    @property
    def text(self) -> JsonText:
        """The whole result."""
        if isinstance(self.result, Framed):
            return "".join(self.result[:3])
        return self.result


Method: TypeAlias = Callable[[Offered, Inbound], "JsonText | Reply"]
