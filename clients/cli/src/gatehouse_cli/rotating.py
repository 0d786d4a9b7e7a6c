"""`gatehouse keys rotate`: a new key first, both for a while, then the old one no more."""

import time
from typing import Annotated, Final

import typer

from gatehouse_cli import output
from gatehouse_cli.asking import AsJson, ProfileName, Yes, confirm, gateway
from gatehouse_cli.failures import Misused
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.output import Json

PATH: Final = "/api/v1/integrations"
KEPT: Final = ("name", "environment", "scopes", "limits")
"""What the new integration takes over from the old one."""


def rotate(
    integration_id: Annotated[str, typer.Argument(help="The integration with the old API key.")],
    overlap: Annotated[
        int | None,
        typer.Option("--overlap", min=0, help="Seconds for which both keys are good."),
    ] = None,
    yes: Yes = False,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Replace an API key: make a new one, let you put it in place, then revoke the old one.

    The new integration has the name, environment, scopes and limits of the old one. Without
    --yes you are asked before the old key ends; whatever happens, the new one has been shown.
    """
    if yes and overlap is None:
        raise Misused("--yes needs --overlap: how many seconds both keys are good.")
    asked = gateway(profile)
    old = _found(asked, integration_id)
    wanted = {name: old[name] for name in KEPT if old.get(name) is not None}
    created = asked.ask("POST", PATH, body=wanted)
    if as_json:
        output.say_line({"created": created, "revokes": integration_id})
    else:
        output.say_object({name: created[name] for name in ("id", "name", "scopes", "api_key")})
        output.note("Shown this once: put it in place of the old key now.")
    _wait(overlap or 0)
    confirm(f"Is the new key in place? End integration {integration_id}?", yes=yes)
    asked.ask("DELETE", f"{PATH}/{integration_id}")
    output.note(f"Integration {integration_id}, its key and its sessions have ended.")


def _found(asked: Gateway, integration_id: str) -> Json:
    for page in asked.items(PATH, {}, None):
        for each in page["items"]:
            if each["id"] == integration_id:
                if each["kind"] != "api_key":
                    raise Misused(f"Integration {integration_id} has no API key to rotate.")
                return dict(each)
    raise Misused(f"The project has no integration {integration_id}.")


def _wait(seconds: int) -> None:
    """Let both keys be good for a while."""
    with output.working() as progress:
        for _ in progress.track(range(seconds), description="both keys are good"):
            time.sleep(1)
