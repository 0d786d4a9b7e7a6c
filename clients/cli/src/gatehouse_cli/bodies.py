"""What a command sends: a JSON file, fields set one by one, and its own options."""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gatehouse_cli.failures import Misused
from gatehouse_cli.output import Json


def read(file: Path | None, settings: Iterable[str], own: Mapping[str, object]) -> Json:
    """Return the body: the file's fields, then `name=value` texts, then own options.

    Raises:
        Misused: The file holds no JSON object, or a text is of another form.
    """
    body = {} if file is None else document(file)
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not name or not equals:
            raise Misused(f"--set {setting}: write it as name=value.")
        _put(body, name.split("."), value(text))
    for field, given in own.items():
        _put(body, field.split("."), given)
    return body


def document(file: Path) -> Json:
    """Return the JSON object in a file, or on standard input for `-`."""
    try:
        found = json.loads(text_of(file))
    except ValueError as error:
        raise Misused(f"{file} holds no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Misused(f"{file} holds no JSON object.")
    return found


def text_of(file: Path) -> str:
    """Return a file's text, or that on standard input for `-`."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Misused(f"{file} is not in UTF-8.") from error


def value(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return what `text` says as JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def sent(given: object) -> object:
    """Return an option's value as it is sent: of a file its text, without the line's end."""
    return text_of(given).rstrip("\r\n") if isinstance(given, Path) else given


def _put(body: Json, path: list[str], given: object) -> None:
    """Set a field, or one within a field: `limits.per_minute`."""
    for name in path[:-1]:
        body = body.setdefault(name, {})
        if not isinstance(body, dict):
            raise Misused(f"{'.'.join(path)}: {name} holds no fields.")
    body[path[-1]] = given
