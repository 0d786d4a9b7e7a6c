"""Make what Typer takes of a row of the table, and carry it out."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from gatehouse_cli import bodies, output
from gatehouse_cli.asking import AsJson, ProfileName, Yes, confirm, gateway
from gatehouse_cli.commands import Command, Option, named_id
from gatehouse_cli.failures import told
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.output import Json

FEW: Final = 50
_From = Annotated[
    Path | None,
    typer.Option("--from", help="A JSON file with what is sent; - for standard input."),
]
_Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="A field of what is sent: name=value, as JSON or text.", metavar="F=V"
    ),
]
_Version = Annotated[
    int | None, typer.Option("--version", help="Change this version only; else the present one.")
]
_Limit = Annotated[int, typer.Option("--limit", min=1, help="How many at most.")]
_All = Annotated[bool, typer.Option("--all", help="All there are.")]


def runnable(command: Command) -> Callable[..., None]:
    """Return the function whose signature Typer reads for the command's arguments and options."""

    def run(**given: Any) -> None:  # noqa: ANN401 - Typer calls it by its signature
        _run(command, given)

    parameters = _parameters(command)
    run.__doc__ = command.help
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return told(run)


def _parameters(command: Command) -> list[inspect.Parameter]:
    found = [_argument(name, command.named) for name in command.parameters]
    found += [_option(option) for option in command.options]
    if command.has_body:
        found += [_parameter("from_file", _From), _parameter("settings", _Set)]
    if command.is_versioned:
        found.append(_parameter("version", _Version))
    if command.columns and command.is_paged:
        found += [_parameter("limit", _Limit, FEW), _parameter("everything", _All, default=False)]
    if command.confirms:
        found.append(_parameter("yes", Yes, default=False))
    found += [_parameter("profile", ProfileName), _parameter("as_json", AsJson, default=False)]
    return found


def _parameter(name: str, annotation: object, default: object = None) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def _argument(name: str, named: str | None) -> inspect.Parameter:
    meaning = "Its name or id." if named and name == "id" else None
    annotation = Annotated[str, typer.Argument(help=meaning)]
    return _parameter(name, annotation, inspect.Parameter.empty)


def _option(option: Option) -> inspect.Parameter:
    kind: Any = option.kind
    return _parameter(
        _python_name(option), Annotated[kind | None, typer.Option(option.flag, help=option.help)]
    )


def _python_name(option: Option) -> str:
    return "own_" + option.flag.strip("-").replace("-", "_")


def _run(command: Command, given: Mapping[str, Any]) -> None:
    """Ask for what was given, and show the answer."""
    path = _path(command, given)
    if command.confirms:
        words = {name: given[name] for name in command.parameters}
        confirm(command.confirms.format(**words), yes=given["yes"])
    own = {
        option.field: bodies.sent(given[_python_name(option)])
        for option in command.options
        if given[_python_name(option)] is not None
    }
    asked = gateway(given["profile"])
    if command.columns and command.is_paged:
        limit = None if given["everything"] else given["limit"]
        _show(command, _pages(asked, path, own, limit), as_json=given["as_json"])
    elif command.method in {"POST", "PATCH", "PUT"}:
        answer = asked.ask(command.method, path, body=_body(command, asked, path, given, own))
        _show(command, answer, as_json=given["as_json"])
    else:
        answer = asked.ask(command.method, path, query=own)
        _show(command, answer, as_json=given["as_json"])


def _path(command: Command, given: Mapping[str, Any]) -> str:
    path = command.path
    for name in command.parameters:
        text = given[name]
        if name == "id" and command.named and not text.startswith(command.named):
            text = named_id(command.named, text)
        path = path.replace(f"{{{name}}}", quote(text, safe=""))
    return path


def _body(
    command: Command, asked: Gateway, path: str, given: Mapping[str, Any], own: Mapping[str, object]
) -> Json | None:
    body: Json = {**command.fixed}
    if command.has_body:
        body = bodies.read(given["from_file"], given["settings"] or (), {**body, **own})
    if command.is_versioned and "version" not in body:
        present = {} if given["version"] else asked.ask("GET", path)
        kept = {name: present[name] for name in command.keeps if name in present}
        body = {**kept, **body, "version": given["version"] or present.get("version")}
    return body if body or command.has_body else None


def _pages(asked: Gateway, path: str, query: Mapping[str, object], limit: int | None) -> Json:
    """Return all pages as one answer."""
    whole: Json = {}
    with output.working() as progress:
        task = progress.add_task("reading", total=limit)
        for page in asked.items(path, query, limit):
            whole = {**page, "items": [*whole.get("items", ()), *page["items"]]}
            progress.update(task, completed=len(whole["items"]))
    return whole


def _show(command: Command, answer: Json, *, as_json: bool) -> None:
    if as_json:
        output.say_json(answer)
    elif command.columns:
        output.say_table(answer.get("items", ()), command.columns)
        if answer.get("next_cursor"):
            output.note("There are more: --all, or a higher --limit.")
    elif answer:
        output.say_object(answer)
        if any(answer.get(name) for name in command.once):
            output.note("Shown this once: keep it now.")
    else:
        output.note("Done.")
