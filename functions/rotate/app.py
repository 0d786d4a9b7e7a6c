"""Rotate the session key ring, called by Secrets Manager once for each step."""

from typing import Any

from gatehouse.edge import log
from gatehouse.usecases.rotate_key_ring import Step
from gatehouse.wiring.rotate import rotate_key_ring

rotate = rotate_key_ring()


def lambda_handler(event: dict[str, Any], _context: object) -> None:
    """Lambda's entry point; whatever is raised makes Secrets Manager try again later."""
    step, version_id = Step(event["Step"]), str(event["ClientRequestToken"])
    log.begin(request_id=version_id, route=step)
    try:
        rotate(step, version_id)
    except Exception:
        log.logger.exception("rotation stopped")
        raise
    log.logger.info("rotation step taken")
