"""How long those wait who collided."""

import secrets
import time


def pause(attempt: int) -> None:
    """Wait up to 20 ms, twice as long with each attempt (from 0), so that they part."""
    time.sleep(secrets.randbelow(20 << attempt) / 1000)
