"""Which calls are equal, so that only the first of them is executed."""

import hashlib
import hmac

from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import Deduplication
from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.tools import Tool


def deduplication(caller: Caller, tool: Tool, arguments: JsonObject) -> Deduplication | None:
    """Say how a call equal to this one is recognized, under keys that only this project has."""
    window = tool.definition.deduplicate_seconds
    if window == 0:
        return None
    # The prefix keeps a member who is called "-" apart from a call without a member.
    member = f"member:{caller.member.external_id}" if caller.member else "-"
    who = [caller.project.id, caller.integration.id, member, tool.digest]
    equal = canonical_bytes([*who, arguments])
    key = caller.project.derived_key("deduplication")
    digest = hmac.new(key, equal, hashlib.sha256).hexdigest()
    sealing = caller.project.derived_key("deduplication-result")
    return Deduplication(
        digest=digest,
        sealing_key=hmac.digest(sealing, digest.encode(), hashlib.sha256),
        window_seconds=window,
    )
