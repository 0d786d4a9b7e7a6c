"""`gatehouse warrant`: read and explain warrants on this machine; nobody is asked."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gatehouse_cli import bodies, output
from gatehouse_cli.asking import AsJson
from gatehouse_cli.failures import Refused
from gatehouse_client.warrants import Denied, Warrant

Text = Annotated[
    Path, typer.Argument(help="A file with the warrant in base64; - for standard input.")
]


def inspect(file: Text, as_json: AsJson = False) -> None:
    """Show what a warrant says, and each one above it up to the root."""
    warrant = read(file)
    if as_json:
        output.say_json({"chain": [facts(each) for each in warrant.chain]})
        return
    for each in warrant.chain:
        output.say_object(facts(each))
        output.say("")
    output.note("Its signatures and links hold. Whether its root is trusted, Gatehouse says.")


def explain(
    file: Text,
    tool: Annotated[str, typer.Argument(help="The tool that would be called.")],
    arguments: Annotated[
        list[str] | None, typer.Option("--set", help="An argument: name=value.", metavar="A=V")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a warrant allows a call, and if not, why and what would pass."""
    why = read(file).why_denied(tool, bodies.read(None, arguments or (), {}))
    if as_json:
        output.say_json(
            {
                "allowed": not why.denied,
                "reason": why.reason,
                "code": why.code,
                "field": why.field,
                "constraint": None if why.constraint is None else repr(why.constraint),
                "suggestion": why.suggestion,
            }
        )
    elif not why.denied:
        output.say(f"Allowed: {why}")
    if why.denied:
        raise Refused(f"Denied: {why}")


def read(file: Path) -> Warrant:
    """Return the warrant in a file, whose signatures and links hold."""
    try:
        return Warrant.from_base64(bodies.text_of(file).strip())
    except Denied as denied:
        raise Refused(f"This warrant does not hold: {denied}") from denied


def facts(warrant: Warrant) -> output.Json:
    """Return what a warrant says, for people and programs."""
    return {
        "id": warrant.id,
        "issuer": warrant.issuer.to_base64(),
        "holder": warrant.holder.to_base64(),
        "issued_at": _rfc3339(warrant.issued_at),
        "expires_at": _rfc3339(warrant.expires_at),
        "expired": warrant.is_expired(),
        "depth": warrant.depth,
        "max_depth": warrant.max_depth,
        "clearance": warrant.clearance,
        "tools": warrant.tools,
        "conditions": {
            tool: {name: repr(rule) for name, rule in each.constraints.items()}
            for tool, each in warrant.capabilities.items()
        },
    }


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
