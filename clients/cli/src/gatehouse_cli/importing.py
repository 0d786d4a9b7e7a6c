"""`gatehouse tools import`: operations of an OpenAPI document as tools, looked at before."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from gatehouse_cli import bodies, output
from gatehouse_cli.asking import AsJson, ProfileName, gateway
from gatehouse_cli.failures import Misused, Refused
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.output import Json

PATH: Final = "/api/v1/openapi-imports"
AT_ONCE: Final = 20
"""Operations of one request: few enough that progress is seen."""
_WORTHWHILE: Final = frozenset({"new", "changed"})
_DONE: Final = frozenset({"created", "updated", "unchanged"})
_SEEN: Final = ("operation", "name", "becomes", "auth_strategy", "edited", "says")
_MADE: Final = ("operation", "name", "outcome", "changed", "kept", "reason")


def import_document(
    source: Annotated[
        str, typer.Argument(help="A file, - for standard input, or an address that has the server.")
    ],
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="An operation, such as 'GET /pets', or its tool's name."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All that is new or has changed.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    base_url: Annotated[
        str | None, typer.Option(help="An https origin in place of the document's servers.")
    ] = None,
    auth: Annotated[
        str | None,
        typer.Option(help="Of new tools: none, static_bearer or hmac_signature."),
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option(help="A file with the secret for tools that need one; - for standard input."),
    ] = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Make new tools disabled.")] = False,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Make tools of an OpenAPI document, or update them; what you edited stays as it is.

    Without --only or --all you are told what each operation would become. An import that was
    broken off is repeated as it was: what is done is left alone.
    """
    asked = gateway(profile)
    document = _document(source) | ({"base_url": base_url} if base_url else {})
    seen = asked.ask("POST", f"{PATH}/preview", body=document)
    chosen = _chosen(seen.get("operations", ()), only or (), everything=everything)
    if dry_run or not (only or everything):
        _show_preview(seen, set(chosen) if only or everything else None, as_json=as_json)
        return
    how: Json = {"sha256": seen["document"]["sha256"], "is_enabled": not disabled}
    if auth is not None:
        how["auth_strategy"] = auth
    if secret_file is not None:
        how["encrypted_auth_secret"] = bodies.sent(secret_file)
    _show_results(_imported(asked, document | how, chosen), as_json=as_json)


def _document(source: str) -> Json:
    if source.startswith(("https://", "http://")):
        return {"url": source}
    return {"document": bodies.text_of(Path(source))}


def _chosen(operations: Iterable[Json], only: Sequence[str], *, everything: bool) -> list[str]:
    """Return the operations that are meant; raise `Misused` for a name that none has."""
    found, meant = [], set(only)
    for each in operations:
        names = {each["operation"], each["name"]}
        if names & set(only) or (everything and each["becomes"] in _WORTHWHILE):
            found.append(each["operation"])
        meant -= names
    if meant:
        raise Misused(f"The document has no operation {', '.join(sorted(meant))}.")
    return found


def _imported(asked: Gateway, body: Json, chosen: Sequence[str]) -> list[Json]:
    results: list[Json] = []
    with output.working() as progress:
        task = progress.add_task("importing", total=len(chosen))
        for start in range(0, len(chosen), AT_ONCE):
            some = chosen[start : start + AT_ONCE]
            answer = asked.ask("POST", PATH, body=body | {"operations": some})
            results += answer["results"]
            progress.update(task, completed=len(results))
    return results


def _show_preview(seen: Json, chosen: set[str] | None, *, as_json: bool) -> None:
    if as_json:
        output.say_json(seen)
        return
    rows = [
        {**each, "says": each["reason"] or "; ".join(each["notes"])}
        for each in seen["operations"]
        if chosen is None or each["operation"] in chosen
    ]
    output.say_table(rows, _SEEN)
    for each in seen["gone"]:
        output.note(f"{each['name']} is of {each['operation']}, which is not there any more.")
    if chosen is None:
        output.note("Nothing was done: choose with --only or --all.")


def _show_results(results: list[Json], *, as_json: bool) -> None:
    if as_json:
        output.say_json({"results": results})
    elif results:
        output.say_table(results, _MADE)
    else:
        output.note("There is nothing new.")
    left = sum(each["outcome"] not in _DONE for each in results)
    if left:
        raise Refused(f"{left} of {len(results)} operations were not imported.")
