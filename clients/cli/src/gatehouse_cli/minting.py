"""`gatehouse session mint`: vouch for a member as a backend does, and get their session token."""

from pathlib import Path
from typing import Annotated, Final

import typer

from gatehouse_cli import output
from gatehouse_cli.asking import AsJson, ProfileName, gateway
from gatehouse_cli.failures import Misused
from gatehouse_client import AssertionSigner, ConfigurationError

PATH: Final = "/api/v1/mcp/session-token"


def mint(
    member: Annotated[str, typer.Argument(help="The member's id in your backend.")],
    kid: Annotated[str, typer.Option(help="What the assertion key is registered as.")],
    private_key: Annotated[Path, typer.Option(help="File with its private half, PEM.")],
    algorithm: Annotated[str, typer.Option(help="As registered.")] = "ES256",
    email: Annotated[str | None, typer.Option(help="The member's e-mail address.")] = None,
    role: Annotated[list[str] | None, typer.Option(help="One of theirs; more than once.")] = None,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Sign an assertion about a member with a local key, and trade it for a session token.

    The private key stays on this machine. Without --json the token alone is printed.
    """
    asked = gateway(profile)
    project = asked.ask("GET", "/api/v1/project")["id"]
    try:
        signer = AssertionSigner(project, kid, private_key.read_bytes(), algorithm)
    except ConfigurationError as error:
        raise Misused(f"{private_key}: {error}") from error
    assertion = signer.sign(member, email=email, roles=role or ())
    answer = asked.ask("POST", PATH, body={"member_assertion": assertion})
    if as_json:
        output.say_json(answer)
    else:
        output.say(answer["token"])
        output.note(f"Good for {answer['expires_in_minutes']} minutes.")
