"""An outbound HTTP request, rendered to the last byte."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRequest:
    """What is sent, exactly: `target` is path and query as on the wire, `body` may be empty.

    `headers` are in order, names as sent; values hold visible ASCII and spaces only.
    """

    method: str
    origin: str
    target: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def url(self) -> str:
        """Where it goes."""
        return self.origin + self.target
