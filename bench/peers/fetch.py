"""One GET of the upstream by httpx, over a kept connection."""

import os

import httpx

client = httpx.Client()
URL = os.environ["UPSTREAM"] + "/v1/contacts/1?fields=name"


def lambda_handler(_event: object, _context: object) -> dict[str, object]:
    """Ask."""
    answer = client.get(URL)
    return {"statusCode": answer.status_code, "headers": {}, "body": answer.text}
