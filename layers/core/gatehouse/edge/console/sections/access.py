"""Integrations with their keys, the keys that vouch for members, and service apps."""

from typing import Final

from gatehouse.edge.console.fields import flag, given_json, lines, text
from gatehouse.edge.console.pages import Do, Heading, Page, Read

ACCESS: Final = (
    Page(
        path="integrations",
        title="Integrations",
        section="integrations",
        menu="Integrations",
        under=Heading.ACCESS,
        template="integrations.html",
        reads=(Read(name="integrations", route="/api/v1/integrations", query=("cursor",)),),
        actions=(
            Do(
                name="create-integration",
                method="POST",
                route="/api/v1/integrations",
                body=(text("name"), text("environment")),
                shows=True,
            ),
            Do(
                name="create-client",
                method="POST",
                route="/api/v1/integrations",
                body=(
                    text("name"), text("kind"), lines("redirect_uris"), flag("public"),
                    text("admission"), flag("allow_metadata_clients"),
                ),
                shows=True,
            ),
            Do(
                name="revoke-integration",
                method="DELETE",
                route="/api/v1/integrations/{id}",
                query=("cascade",),
                confirm="name",
                says="Revoked. Its key and its sessions hold no longer.",
            ),
        ),
    ),
    Page(
        path="integrations/{id}/rotate",
        title="Replace a key",
        section="integrations",
        template="integration_rotate.html",
        reads=(
            Read(name="integrations", route="/api/v1/integrations", fixed={"limit": "100"}),
            Read(name="calls", route="/api/v1/tool-calls", fixed={"limit": "100"}, optional=True),
        ),
        actions=(
            Do(
                name="succeed-integration",
                method="POST",
                route="/api/v1/integrations",
                body=(
                    text("name"), text("environment"), given_json("scopes"), given_json("limits"),
                ),
                shows=True,
            ),
            Do(
                name="revoke-predecessor",
                method="DELETE",
                route="/api/v1/integrations/{id}",
                confirm="name",
                then="integrations",
                says="Revoked. The old key and its sessions hold no longer.",
            ),
        ),
    ),
    Page(
        path="assertion-keys",
        title="Assertion keys",
        section="assertion-keys",
        menu="Assertion keys",
        under=Heading.ACCESS,
        template="assertion_keys.html",
        reads=(Read(name="keys", route="/api/v1/assertion-keys", query=("cursor",)),),
        actions=(
            Do(
                name="register-key",
                method="POST",
                route="/api/v1/assertion-keys",
                body=(
                    text("kid"), text("public_key_pem"), text("algorithm"), text("description"),
                ),
                says="The key is registered. Assertions that it signs are taken from now on.",
            ),
            Do(
                name="deactivate-key",
                method="DELETE",
                route="/api/v1/assertion-keys/{id}",
                confirm="kid",
                says="Deactivated. Sessions that were minted through it have ended.",
            ),
        ),
    ),
    Page(
        path="apps",
        title="Service apps",
        section="apps",
        menu="Service apps",
        under=Heading.ACCESS,
        template="apps.html",
        reads=(Read(name="apps", route="/api/v1/apps", query=("cursor",)),),
    ),
)  # fmt: skip
