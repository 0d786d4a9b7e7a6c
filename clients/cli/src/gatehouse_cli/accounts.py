"""Profiles on the command line: log in, log out, list, choose."""

import sys
from dataclasses import replace
from typing import Annotated

import typer

from gatehouse_cli import output, profiles
from gatehouse_cli.asking import AsJson
from gatehouse_cli.failures import Misused
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.profiles import DEFAULT, Profile, Profiles

Name = Annotated[str, typer.Argument(help="The profile's name.")]


def login(
    name: Name = DEFAULT,
    url: Annotated[
        str | None, typer.Option(envvar="GATEHOUSE_URL", help="Such as https://gate.example.com.")
    ] = None,
    admin: Annotated[
        bool, typer.Option("--admin", help="Keep an administrator's token, not an API key.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Keep the credential of a Gatehouse, after it was tried; read from standard input, unseen."""
    file = profiles.home()
    stored = profiles.read(file)
    known = stored.by_name.get(name)
    place = (url or (known.url if known else None) or typer.prompt("URL", err=True)).rstrip("/")
    secret = _secret("Administrator's token" if admin else "API key")
    kept = known if known is not None and known.url == place else Profile(url=place)
    profile = replace(kept, admin_token=secret) if admin else replace(kept, api_key=secret)
    path = "/admin/v1/projects" if admin else "/api/v1/project"
    answer = Gateway.of(profile).ask("GET", path, query={"limit": 1} if admin else None)
    profiles.write(file, Profiles(current=name, by_name={**stored.by_name, name: profile}))
    told = {"profile": name, "url": place, "project": answer.get("id")}
    if as_json:
        output.say_json(told)
    else:
        output.say(f"Logged in to {place} as profile {name}.")


def logout(name: Name = DEFAULT, as_json: AsJson = False) -> None:
    """Forget a profile and its credentials; they stay good until they are revoked."""
    file = profiles.home()
    stored = profiles.read(file)
    if name not in stored.by_name:
        raise Misused(f"There is no profile {name!r}.")
    left = {each: profile for each, profile in stored.by_name.items() if each != name}
    profiles.write(file, replace(stored, by_name=left))
    if as_json:
        output.say_json({"profile": name})
    else:
        output.say(f"Forgot profile {name}.")


def list_profiles(as_json: AsJson = False) -> None:
    """List the profiles, without their credentials."""
    stored = profiles.read(profiles.home())
    rows = [
        {
            "name": name,
            "url": each.url,
            "api_key": each.api_key is not None,
            "admin_token": each.admin_token is not None,
            "current": name == stored.current,
        }
        for name, each in stored.by_name.items()
    ]
    if as_json:
        output.say_json({"items": rows})
    else:
        output.say_table(rows, ("name", "url", "api_key", "admin_token", "current"))


def use_profile(name: Name, as_json: AsJson = False) -> None:
    """Use a profile unless another is asked for."""
    file = profiles.home()
    stored = profiles.read(file)
    if name not in stored.by_name:
        raise Misused(f"There is no profile {name!r}.")
    profiles.write(file, replace(stored, current=name))
    if as_json:
        output.say_json({"profile": name})
    else:
        output.say(f"Using profile {name}.")


def _secret(what: str) -> str:
    """Return what is typed unseen, or the line on standard input that is piped in."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, err=True))
    return sys.stdin.readline().strip()
