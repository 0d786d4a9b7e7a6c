"""`gatehouse warrant`: read, explain and mint warrants on this machine; nobody is asked."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from gatehouse_cli import bodies, output
from gatehouse_cli.asking import AsJson
from gatehouse_cli.failures import Misused, Refused
from gatehouse_client import ConfigurationError, warrants
from gatehouse_client.warrants import Capability, Denied, PublicKey, SigningKey, Warrant

LEAVES: Final = (
    "Cel", "Cidr", "Contains", "Exact", "NotOneOf", "OneOf", "Pattern", "Range", "Regex", "Shlex",
    "Subpath", "Subset", "UrlPattern", "UrlSafe", "Wildcard",
)  # fmt: skip
"""Conditions that a file may name; those that hold others are for programs."""

Text = Annotated[
    Path, typer.Argument(help="A file with the warrant in base64; - for standard input.")
]


def inspect(file: Text, as_json: AsJson = False) -> None:
    """Show what a warrant says, and each one above it up to the root."""
    warrant = _read(file)
    if as_json:
        output.say_json({"chain": [_facts(each) for each in warrant.chain]})
        return
    for each in warrant.chain:
        output.say_object(_facts(each))
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
    why = _read(file).why_denied(tool, bodies.read(None, arguments or (), {}))
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


def mint(
    issuer_key: Annotated[Path, typer.Option(help="File with the issuer's private key.")],
    tool: Annotated[list[str] | None, typer.Option(help="With any arguments; repeatable.")] = None,
    capabilities: Annotated[
        Path | None,
        typer.Option(help='JSON: {"deploy": {"cluster": {"Pattern": "staging-*"}}}.'),
    ] = None,
    holder: Annotated[str | None, typer.Option(help="Public key of who will call.")] = None,
    ttl: Annotated[int, typer.Option(min=1, help="Seconds it is good.")] = 3600,
    terminal: Annotated[bool, typer.Option("--terminal", help="Nobody may hand it on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Mint a root warrant with a local key; the text is printed alone."""
    try:
        builder = Warrant.mint_builder().tools(tool or ()).ttl(ttl)
        for name, conditions in (bodies.document(capabilities) if capabilities else {}).items():
            builder.capability(Capability(name, **_conditions(name, conditions)))
        if holder is not None:
            builder.holder(PublicKey.from_text(holder))
        if terminal:
            builder.terminal()
        warrant = builder.mint(SigningKey.from_file(issuer_key))
    except (Denied, ConfigurationError) as error:
        raise Misused(str(error)) from error
    if as_json:
        output.say_json({"warrant": warrant.to_base64(), **_facts(warrant)})
    else:
        output.say(warrant.to_base64())


def _conditions(tool: str, given: object) -> dict[str, Any]:
    """Return the conditions on a tool's arguments that a file names."""
    if not isinstance(given, Mapping):
        raise Misused(f"{tool}: arguments and their conditions are expected.")
    found: dict[str, Any] = {}
    for argument, condition in given.items():
        match condition:
            case dict() if len(condition) == 1 and (name := next(iter(condition))) in LEAVES:
                found[argument] = _condition(name, condition[name], f"{tool}.{argument}")
            case _:
                raise Misused(
                    f'{tool}.{argument}: write {{"Name": value}}, of {", ".join(LEAVES)}.'
                )
    return found


def _condition(name: str, value: object, where: str) -> object:
    make: Any = getattr(warrants, name)
    try:
        if value is None:
            return make()
        return make(**value) if isinstance(value, dict) and name != "Exact" else make(value)
    except (TypeError, ValueError) as error:
        raise Misused(f"{where}: {name} does not take this.") from error


def _read(file: Path) -> Warrant:
    try:
        return Warrant.from_base64(bodies.text_of(file).strip())
    except Denied as denied:
        raise Refused(f"This warrant does not hold: {denied}") from denied


def _facts(warrant: Warrant) -> output.Json:
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
