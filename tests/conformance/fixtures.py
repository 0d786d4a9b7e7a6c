"""What the suite expects a server to have, as the data of an ordinary project.

Everything is made through the public API with the project's own key.
"""

from dataclasses import dataclass
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gatehouse_client import AssertionSigner
from tests.conformance.prompts import prompts
from tests.conformance.resources import resources
from tests.conformance.tools import asking_tools, plain_tools

Json = dict[str, Any]
KID: Final = "conformance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project, and what its backend holds."""

    project_id: str
    api_key: str
    private_key_pem: str

    def signer(self) -> AssertionSigner:
        """Vouch for members."""
        return AssertionSigner(self.project_id, KID, self.private_key_pem)


def new_project(http: httpx.Client, admin_token: str) -> Project:
    """Make a project with one integration and one assertion key."""
    project = created(http, admin_token, "/admin/v1/projects", {"name": "Conformance"})
    path = f"/admin/v1/projects/{project['id']}/integrations"
    integration = created(http, admin_token, path, {"name": "Conformance"})
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = {"kid": KID, "public_key_pem": public.decode(), "algorithm": "ES256"}
    created(http, integration["api_key"], "/api/v1/assertion-keys", body)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Project(
        project_id=project["id"],
        api_key=integration["api_key"],
        private_key_pem=private.decode(),
    )


def furnish(http: httpx.Client, project: Project, upstream: str, secret: str) -> None:
    """Give the project its tools, prompts and resources; `upstream` checks `secret`."""
    signed = {"auth_strategy": "hmac_signature", "encrypted_auth_secret": secret}
    for tool in (*plain_tools(), *asking_tools()):
        body = {**tool, "base_url": upstream, **signed}
        created(http, project.api_key, "/api/v1/custom-tools", body)
    for prompt in prompts():
        created(http, project.api_key, "/api/v1/prompts", prompt)
    for resource in resources({"base_url": upstream, **signed}):
        created(http, project.api_key, "/api/v1/resources", resource)


def created(http: httpx.Client, credential: str, path: str, body: Json) -> Json:
    """Make one thing and return it.

    Raises:
        httpx.HTTPStatusError: Gatehouse refused; its words are in the error's notes.
    """
    answer = http.post(path, json=body, headers={"authorization": f"Bearer {credential}"})
    try:
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        error.add_note(f"{path} {body.get('name')}: {answer.text}")
        raise
    made: Json = answer.json()
    return made
