"""Names and what they stand for, asked within a time: the system's resolver knows no deadline."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as ResolveTimeout
from dataclasses import dataclass, field
from typing import Final

from gatehouse.ports.upstreams import UpstreamUnreachable

RESOLVE_SECONDS: Final = 2.0

Resolve = Callable[[str, int], list[str]]


def resolve_by_system(host: str, port: int) -> list[str]:
    """Return all addresses of `host`, in the system's order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class SystemNames:
    """Keeps `Names`: resolves in threads, which can be left behind."""

    resolve: Resolve = resolve_by_system
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolve")
    )

    def addresses(self, host: str, port: int, *, seconds: float = RESOLVE_SECONDS) -> list[str]:
        """See `Names.addresses`."""
        pending = self.threads.submit(self.resolve, host, port)
        try:
            return pending.result(timeout=seconds)
        except (OSError, UnicodeError, ResolveTimeout) as error:
            pending.cancel()
            raise UpstreamUnreachable("The tool's name cannot be resolved") from error
