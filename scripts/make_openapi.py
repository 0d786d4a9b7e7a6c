"""Write docs/openapi.json from the table of routes; a test fails when it is stale."""

import json
from pathlib import Path

from gatehouse.edge.rest.openapi import document

FILE = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def text() -> str:
    """Return what the file should hold."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text())
