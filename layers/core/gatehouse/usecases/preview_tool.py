"""Show what a tool would be, and the request that it would send, before it is stored."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import Invocation
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.probing import sample_arguments
from gatehouse.domain.rendering import render
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.signatures import masked
from gatehouse.usecases.manage_tools import ManageTools, WrittenTool
from gatehouse.usecases.try_tool import require_fit

SOMEBODY = MemberIdentity(external_id="some-member")
"""For whom the request of a tool is shown that is for members only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedTool:
    """The digest that the definition would have, and its request with these arguments."""

    digest: str
    arguments: JsonObject = field(repr=False)
    request: OutboundRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTool:
    """The use case; nothing is stored, sealed or sent."""

    tools: ManageTools
    clock: Callable[[], int]
    new_request_id: Callable[[], str]

    def __call__(
        self, caller: Caller, written: WrittenTool, arguments: JsonObject | None
    ) -> PreviewedTool:
        """Show what a tool would be; without arguments, with some that its schema names.

        Raises:
            InvalidFields: The tool breaks a rule, or the arguments do not fit its schema.
            ToolRefused: The request cannot be rendered.
        """
        tool = self.tools.proposed(caller.project, written)
        if arguments is not None:
            require_fit(tool, arguments)
        used = sample_arguments(tool.definition.input_schema) if arguments is None else arguments
        invocation = Invocation(
            request_id=self.new_request_id(),
            tool=tool,
            integration_id=caller.integration.id,
            member=SOMEBODY if tool.definition.require_member else None,
            arguments=used,
        )
        request = masked(render(invocation, timestamp=self.clock()), tool.definition)
        return PreviewedTool(digest=tool.digest, arguments=used, request=request)
