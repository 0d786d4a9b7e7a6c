"""Outbound signatures, against vectors that share no code with the gateway."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from gatehouse.domain import signatures
from gatehouse.domain.calls import Invocation
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.outbound_headers import Headers, member_headers
from gatehouse.domain.rendering import render
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.tools import AuthStrategy, InjectedIdentity, SignatureScheme
from tests.samples import ADA, LOOKUP, NOW, PROJECT_ID, stored

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "outbound_signatures.json").read_text()
)["vectors"]


def told(vector: dict[str, Any]) -> Headers:
    """The member's headers as the gateway spells them."""
    member = vector["member"]
    if member is None:
        return ()
    return member_headers(
        MemberIdentity(
            external_id=member.get("id", ""),
            email=member.get("email"),
            roles=tuple(member.get("roles", ())),
        ),
        InjectedIdentity(id="id" in member, email="email" in member, roles="roles" in member),
    )


def sent(vector: dict[str, Any]) -> OutboundRequest:
    return OutboundRequest(
        method=vector["method"],
        origin="https://api.example.com",
        target=vector["target"],
        headers=(
            ("X-Tengine-Project-Id", vector["project_id"]),
            ("X-Tengine-Integration-Id", vector["integration_id"]),
            ("X-Tengine-Request-Id", vector["request_id"]),
            ("X-Tengine-Timestamp", str(vector["timestamp"])),
            *told(vector),
        ),
        body=vector["body"].encode(),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: cast("str", vector["name"]))
def test_a_request_is_signed_as_published(vector: dict[str, Any]) -> None:
    scheme = SignatureScheme(vector["scheme"])
    definition = replace(LOOKUP, auth_strategy=AuthStrategy.HMAC_SIGNATURE, signature_scheme=scheme)
    request = sent(vector)
    assert signatures.canonical(request, scheme) == vector["canonical"]
    signed = signatures.authenticated(request, definition, vector["secrets"])
    assert dict(signed.headers) == vector["headers"]


@pytest.mark.parametrize("scheme", SignatureScheme)
def test_every_scheme_signs_every_field(scheme: SignatureScheme) -> None:
    plain = sent(VECTORS[0])
    changed = [replace(plain, method="PUT"), replace(plain, target="/"), replace(plain, body=b"x")]
    for index, (name, _) in enumerate(plain.headers):
        headers = list(plain.headers)
        headers[index] = (name, "other")
        changed.append(replace(plain, headers=tuple(headers)))
    for name in ("Id", "Email", "Roles"):
        headers = [*plain.headers, (f"X-Tengine-Member-{name}", "x")]
        changed.append(replace(plain, headers=tuple(headers)))
    values = {signatures.signature(request, scheme, ["s"]) for request in (plain, *changed)}
    assert len(values) == 1 + len(changed)


@pytest.mark.parametrize("strategy", AuthStrategy)
def test_a_masked_request_differs_from_the_sent_one_in_the_credential_alone(
    strategy: AuthStrategy,
) -> None:
    definition = replace(
        LOOKUP,
        auth_strategy=strategy,
        inject_member_identity=InjectedIdentity(id=True, email=True, roles=True),
    )
    invocation = Invocation(
        request_id="018bcfe5-6800-7abc-8def-0123456789ab",
        tool=stored(definition),
        integration_id=PROJECT_ID,
        member=ADA,
        arguments={"contact_id": "c-1"},
    )
    request = render(invocation, timestamp=NOW)
    true = signatures.authenticated(request, definition, ["sesame"]).headers
    shown = signatures.masked(request, definition).headers
    assert [name for name, _ in true] == [name for name, _ in shown]
    differing = [(a, b) for a, b in zip(true, shown, strict=True) if a != b]
    assert [value for _, (_, value) in differing] == (
        [] if strategy is AuthStrategy.NONE else ["***"]
    )
    assert "sesame" not in str(shown)
