"""`requestState`: what a client brings back with its answers, and can neither read nor alter.

Nothing is kept between two rounds of one call; what the second has to know of the first travels
sealed with AES-256-GCM through the client. A token opens only in the very call it was made for:
the same project, integration, member, method, name, definition and arguments.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain import base64url, sealing
from gatehouse.domain.caller import Caller
from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.input_requests import InputRequests, read_requests, requests_document
from gatehouse.domain.json_values import JsonObject, JsonValue

LIFETIME_SECONDS: Final = 600
MAX_LENGTH: Final = 512 * 1024
"""Characters of a token; what may be sealed is bounded where it is read."""
NONCE_LENGTH: Final = sealing.NONCE_LENGTH
_END_LENGTH: Final = 8


class InvalidRequestState(InvalidRequest):
    """Forged, of another call, or past its end; which of these is nobody's business."""

    def __init__(self) -> None:
        super().__init__("The requestState is not valid for this request, or no longer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a round asked the client, and the endpoint's own `state` (None: it left nothing)."""

    requests: InputRequests
    state: JsonValue = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The call that a token belongs to."""

    key: bytes = field(repr=False)
    call: bytes = field(repr=False)

    @classmethod
    def of(
        cls, caller: Caller, *, method: str, name: str, digest: str, arguments: JsonObject
    ) -> "Round":
        """Say which call this is.

        Args:
            caller: Who calls; each member of an integration is somebody else.
            method: The MCP method, such as `tools/call`.
            name: The tool's or prompt's name, or the resource's URI.
            digest: Of its definition, so that a token does not outlive a change.
            arguments: As the client gave them; equal as JSON values is equal.
        """
        member = f"member:{caller.member.external_id}" if caller.member else "-"
        who = [caller.project.id, caller.integration.id, member]
        call = canonical_bytes([*who, method, name, digest, arguments])
        key = caller.project.derived_key("request-state")
        return cls(key=key, call=hashlib.sha256(call).digest())

    def write(self, asked: Asked, *, nonce: bytes, now: int) -> str:
        """Seal what was asked.

        Args:
            asked: What the next round has to know.
            nonce: 12 random bytes, never used twice.
            now: Seconds since the Unix epoch; the token ends `LIFETIME_SECONDS` later.
        """
        document = {"requests": requests_document(asked.requests), "state": asked.state}
        text = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
        plain = (now + LIFETIME_SECONDS).to_bytes(_END_LENGTH, "big") + text
        sealed = sealing.seal(plain, data_key=self.key, nonce=nonce, additional_data=self.call)
        return base64url.encode(nonce + sealed)

    def read(self, token: str, *, now: int) -> Asked:
        """Return what the round before asked.

        Raises:
            InvalidRequestState: `write` did not make the token for this call, or its end came.
        """
        if len(token) > MAX_LENGTH:
            raise InvalidRequestState
        try:
            data = base64url.decode(token)
            nonce, sealed = data[:NONCE_LENGTH], data[NONCE_LENGTH:]
            plain = sealing.unseal(
                sealed, data_key=self.key, nonce=nonce, additional_data=self.call
            )
        except (ValueError, sealing.SealBroken) as error:
            raise InvalidRequestState from error
        if now >= int.from_bytes(plain[:_END_LENGTH], "big"):
            raise InvalidRequestState
        document = json.loads(plain[_END_LENGTH:])
        return Asked(requests=read_requests(document["requests"]), state=document["state"])
