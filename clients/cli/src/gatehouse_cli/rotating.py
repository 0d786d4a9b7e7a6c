"""`gatehouse keys rotate`: a new key first, both for a while, then the old one no more."""

import os
import time
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gatehouse_cli import output
from gatehouse_cli.asking import AsJson, ProfileName, Yes, confirm, gateway
from gatehouse_cli.commands import named_id
from gatehouse_cli.failures import Misused
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.output import Json
from gatehouse_cli.profiles import PRIVATE

PATH: Final = "/api/v1/integrations"
KEPT: Final = ("name", "environment", "scopes", "limits")
"""What the new integration takes over from the old one."""
KEYS: Final = "/api/v1/assertion-keys"

Overlap = Annotated[
    int | None, typer.Option("--overlap", min=0, help="Seconds for which both keys are good.")
]


def rotate(
    integration_id: Annotated[str, typer.Argument(help="The integration with the old API key.")],
    overlap: Overlap = None,
    yes: Yes = False,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Replace an API key: make a new one, let you put it in place, then revoke the old one.

    The new integration has the name, environment, scopes and limits of the old one. Without
    --yes you are asked before the old key ends; whatever happens, the new one has been shown.
    """
    _require_overlap(overlap, yes=yes)
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


def rotate_assertion(
    kid: Annotated[str, typer.Argument(help="What the old key is registered as.")],
    new_kid: Annotated[str, typer.Option(help="What the new key is to be registered as.")],
    private_key: Annotated[
        Path, typer.Option(help="File to write the new private half to, for your backend.")
    ],
    overlap: Overlap = None,
    yes: Yes = False,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Replace an assertion key: make a new pair here (ES256), register it, then end the old one.

    The private half is written to a new file that only you can read, and goes nowhere else.
    """
    _require_overlap(overlap, yes=yes)
    asked = gateway(profile)
    public = _new_pair(private_key)
    body = {"kid": new_kid, "algorithm": "ES256", "public_key_pem": public}
    created = asked.ask("POST", KEYS, body=body)
    if as_json:
        output.say_line({"created": created, "revokes": kid})
    else:
        output.say(f"Registered {new_kid}; its private half is in {private_key}.")
    _wait(overlap or 0)
    confirm(f"Does your backend sign with {new_kid}? End {kid} and its sessions?", yes=yes)
    asked.ask("DELETE", f"{KEYS}/{named_id('key_', kid)}")
    output.note(f"{kid} and the sessions minted through it have ended.")


def _require_overlap(overlap: int | None, *, yes: bool) -> None:
    if yes and overlap is None:
        raise Misused("--yes needs --overlap: how many seconds both keys are good.")


def _new_pair(file: Path) -> str:
    """Write a new private key to `file`, which must not be there; return the public PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(opened, "wb") as target:
        target.write(pem)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public.decode("ascii")


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
