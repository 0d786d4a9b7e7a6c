"""The company's OpenID Connect provider, a real one, for tests of signing in.

Everybody signs in with any password. "ada" is ada@example.com; a login with an @ is that address;
one that begins with "unverified" has an address that nobody verified.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.aws import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
PROVIDER: Final = Path(__file__).resolve().parent / "provider" / "provider.mjs"
NODE: Final = ROOT / ".venvs" / "node" / "bin" / "node"
CLIENT_ID: Final = "gatehouse"
CLIENT_SECRET: Final = "of-a-provider-that-lives-as-long-as-a-test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A provider that is serving."""

    issuer: str


@contextmanager
def company(redirect_uris: Sequence[str], *, is_lean: bool = False) -> Iterator[Company]:
    """Serve a provider that sends people back to `redirect_uris` only.

    A lean one keeps profile claims out of its id tokens, so that they have to be fetched.
    """
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PROVIDER_CLIENT_SECRET": CLIENT_SECRET,
        "PROVIDER_LEAN": "1" if is_lean else "0",
    }
    command = [str(NODE), str(PROVIDER), str(port), *redirect_uris]
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as serving:
        try:
            assert serving.stdout
            assert serving.stdout.readline() == "ready\n"
            yield Company(issuer=f"http://127.0.0.1:{port}")
        finally:
            serving.terminate()
