"""The fixture resources: what the suite reads, as the management API takes it."""

from typing import Any

from tests.conformance.media import PICTURE

Json = dict[str, Any]


def resources(endpoint: Json) -> tuple[Json, ...]:
    """Describe the resources: two stored, two behind `endpoint`."""
    return (
        {
            "name": "static-text",
            "uri": "test://static-text",
            "description": "A stored text.",
            "mime_type": "text/plain",
            "text": "This is the content of the static text resource.",
        },
        {
            "name": "static-binary",
            "uri": "test://static-binary",
            "description": "A stored picture.",
            "mime_type": "image/png",
            "blob": PICTURE,
        },
        {
            "name": "template-data",
            "uri_template": "test://template/{id}/data",
            "description": "Data by id.",
            "mime_type": "application/json",
            "completions": {"id": ["123", "124", "200"]},
            "endpoint": {**endpoint, "endpoint_path": "/data/{id}"},
        },
        {
            "name": "watched-resource",
            "uri": "test://watched-resource",
            "description": "A resource that may change.",
            "mime_type": "text/plain",
            "endpoint": {**endpoint, "endpoint_path": "/watched"},
        },
    )
