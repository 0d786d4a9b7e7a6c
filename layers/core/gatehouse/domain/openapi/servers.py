"""Where an operation's requests go: its server, taken apart into an origin and a path."""

from typing import Final
from urllib.parse import urljoin, urlsplit

from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.openapi.document import as_list, as_object, as_text
from gatehouse.domain.openapi.parameters import NotImportable

MAX_VARIABLES: Final = 32


def server_of(levels: tuple[JsonObject, ...], *, document_url: str | None) -> tuple[str, str]:
    """Return origin and path prefix of the first server that the nearest level states.

    Args:
        levels: Operation, path and document, in this order.
        document_url: What a relative server is relative to; None for a document without address.

    Raises:
        NotImportable: There is no absolute URL.
    """
    stated = next((as_list(level.get("servers")) for level in levels if level.get("servers")), [])
    url = _filled(as_object(stated[0])) if stated else "/"
    try:
        parts = urlsplit(urljoin(document_url, url) if document_url else url)
        if not parts.scheme or not parts.hostname:
            raise NotImportable(f"the server '{url[:100]}' is relative: a base_url must be given")
        port = f":{parts.port}" if parts.port not in {None, 443} else ""
    except ValueError as error:
        if isinstance(error, NotImportable):
            raise
        raise NotImportable("the server is no URL") from error
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}", parts.path.rstrip("/")


def _filled(server: JsonObject) -> str:
    """Return the server's URL with the default of each variable."""
    url = as_text(server.get("url"))
    for name, variable in tuple(as_object(server.get("variables")).items())[:MAX_VARIABLES]:
        url = url.replace(f"{{{name}}}", str(as_object(variable).get("default", "")))
    return url
