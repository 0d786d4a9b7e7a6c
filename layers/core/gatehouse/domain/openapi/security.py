"""What an operation asks for as proof, and the strategy by which a tool can give it."""

from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.openapi.document import BrokenReference, Document, as_list, as_object, as_text
from gatehouse.domain.tools import AuthStrategy


def strategy_of(document: Document, operation: JsonObject) -> tuple[AuthStrategy, str | None]:
    """Return the strategy, and a note where its owner has to choose.

    Bearer tokens of any origin (`http` bearer, `oauth2`, `openIdConnect`) are `static_bearer`. Of
    several alternatives the first that a tool can give is taken.
    """
    stated = as_list(operation.get("security", document.root.get("security")))
    if not stated or any(not as_object(item) for item in stated):
        return AuthStrategy.NONE, None
    schemes = as_object(as_object(document.root.get("components")).get("securitySchemes"))
    asked: list[str] = []
    for alternative in map(as_object, stated):
        kinds = [_kind(document, schemes.get(name)) for name in alternative]
        if kinds == ["bearer"]:
            return AuthStrategy.STATIC_BEARER, None
        asked.append(" and ".join(kinds))
    return AuthStrategy.NONE, f"needs a choice: it asks for {' or '.join(asked)[:200]}"


def _kind(document: Document, stated: object) -> str:
    try:
        scheme = document.resolved(stated)  # type: ignore[arg-type]
    except BrokenReference:
        scheme = {}
    kind = as_text(scheme.get("type"))
    if kind in {"oauth2", "openIdConnect"}:
        return "bearer"
    if kind == "http":
        word = as_text(scheme.get("scheme")).lower()
        return "bearer" if word == "bearer" else f"HTTP {word}"
    if kind == "apiKey":
        return f"a key in the {as_text(scheme.get('in'))} '{as_text(scheme.get('name'))}'"
    return kind or "an unknown scheme"
