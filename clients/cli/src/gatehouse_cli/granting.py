"""`gatehouse warrant mint` and `grant`: warrants made with a local key; nobody is asked."""

from pathlib import Path
from typing import Annotated, Final

import typer

from gatehouse_cli import bodies, conditions, output
from gatehouse_cli.asking import AsJson
from gatehouse_cli.failures import Misused
from gatehouse_cli.warranting import Text, facts, read
from gatehouse_client import ConfigurationError
from gatehouse_client.warrants import Denied, GrantBuilder, MintBuilder, PublicKey, SigningKey
from gatehouse_client.warrants import Warrant as Made

HOUR: Final = 3600

Tools = Annotated[
    list[str] | None, typer.Option("--tool", help="With any arguments; more than once.")
]
Capabilities = Annotated[
    Path | None,
    typer.Option(
        help='JSON: {"deploy": {"cluster": {"Pattern": "staging-*"}, "n": {"Range": {"max": 9}}}}; '
        'also {"Any": [...]}, {"All": [...]}, {"Not": ...}, and "_allow_unknown": true.'
    ),
]
Holder = Annotated[
    str | None, typer.Option(help="Public key of who will call; else the signer's own.")
]
Clearance = Annotated[int | None, typer.Option(min=0, max=255, help="From 0 to 255.")]
MaxDepth = Annotated[
    int | None, typer.Option("--max-depth", min=0, help="How deep the chain may get.")
]
Terminal = Annotated[bool, typer.Option("--terminal", help="Nobody may hand it on.")]
Approvers = Annotated[
    list[str] | None,
    typer.Option("--approver", help="Public key whose approval gated calls need; more than once."),
]
Least = Annotated[
    int | None, typer.Option("--min-approvals", min=1, help="How many of them; else all.")
]
Gates = Annotated[
    Path | None,
    typer.Option(help='JSON of the calls that need approval: {"pay": null}, or by argument.'),
]
Session = Annotated[str | None, typer.Option(help="Noted in it; nothing follows from it.")]


def mint(
    issuer_key: Annotated[Path, typer.Option(help="File with the issuer's private key.")],
    tool: Tools = None,
    capabilities: Capabilities = None,
    holder: Holder = None,
    ttl: Annotated[int, typer.Option(min=1, help="Seconds it is good.")] = HOUR,
    clearance: Clearance = None,
    max_depth: MaxDepth = None,
    terminal: Terminal = False,
    approver: Approvers = None,
    min_approvals: Least = None,
    gates: Gates = None,
    session: Session = None,
    as_json: AsJson = False,
) -> None:
    """Mint a root warrant with a local key; the text is printed alone."""
    builder = Made.mint_builder()
    try:
        _tell(builder, tool, capabilities, holder, ttl, terminal=terminal)
        _tell_more(builder, clearance, max_depth, approver, min_approvals, gates, session)
        made = builder.mint(SigningKey.from_file(issuer_key))
    except (Denied, ConfigurationError, TypeError) as error:
        raise Misused(str(error)) from error
    _say(made, as_json=as_json)


def grant(
    file: Text,
    holder_key: Annotated[Path, typer.Option(help="File with the present holder's private key.")],
    tool: Tools = None,
    capabilities: Capabilities = None,
    everything: Annotated[
        bool, typer.Option("--everything", help="Every tool as it is, unless narrowed.")
    ] = False,
    without: Annotated[
        list[str] | None, typer.Option(help="But not this tool; more than once.")
    ] = None,
    holder: Holder = None,
    ttl: Annotated[
        int | None, typer.Option(min=1, help="Seconds it is good; else as long as the one above.")
    ] = None,
    clearance: Clearance = None,
    max_depth: MaxDepth = None,
    terminal: Terminal = False,
    approver: Approvers = None,
    min_approvals: Least = None,
    gates: Gates = None,
    session: Session = None,
    as_json: AsJson = False,
) -> None:
    """Hand a warrant on with less authority, signed by its holder; the text is printed alone."""
    builder = read(file).grant_builder()
    try:
        _tell(builder, tool, capabilities, holder, ttl, terminal=terminal)
        if everything:
            builder.inherit_all()
        builder.drop_tools(without or ())
        _tell_more(builder, clearance, max_depth, approver, min_approvals, gates, session)
        made = builder.grant(SigningKey.from_file(holder_key))
    except (Denied, ConfigurationError, TypeError) as error:
        raise Misused(str(error)) from error
    _say(made, as_json=as_json)


def _tell(
    builder: MintBuilder | GrantBuilder,
    tools: list[str] | None,
    file: Path | None,
    holder: str | None,
    ttl: int | None,
    *,
    terminal: bool,
) -> None:
    for each in conditions.capabilities(bodies.document(file) if file else {}):
        builder.capability(each)
    builder.tools(tools or ())
    if holder is not None:
        builder.holder(PublicKey.from_text(holder))
    if ttl is not None:
        builder.ttl(ttl)
    if terminal:
        builder.terminal()


def _tell_more(
    builder: MintBuilder | GrantBuilder,
    clearance: int | None,
    max_depth: int | None,
    approvers: list[str] | None,
    least: int | None,
    gates: Path | None,
    session: str | None,
) -> None:
    if clearance is not None:
        builder.clearance(clearance)
    if max_depth is not None:
        builder.max_depth(max_depth)
    builder.required_approvers(PublicKey.from_text(each) for each in approvers or ())
    if least is not None:
        builder.min_approvals(least)
    if gates is not None:
        builder.approval_gates(conditions.gates(bodies.document(gates)))
    if session is not None:
        builder.session_id(session)


def _say(made: Made, *, as_json: bool) -> None:
    if as_json:
        output.say_json({"warrant": made.to_base64(), **facts(made)})
    else:
        output.say(made.to_base64())
