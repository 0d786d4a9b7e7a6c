"""Which access tokens are admitted at `/mcp`, and what ends them."""

from dataclasses import replace

import pytest

from gatehouse.domain.errors import MissingScope, SessionExpired, Unauthenticated
from gatehouse.domain.families import FamilyKind
from gatehouse.domain.grants import MCP
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.oauth_clients import RegisteredClient
from gatehouse.usecases.authenticate import Admitted, Authenticate
from gatehouse.usecases.read_access_token import ReadAccessToken
from tests.fakes.authority import MemoryAuthority
from tests.fakes.credentials import FixedKeyRings
from tests.fakes.signing import MemorySigningKeys, rsa_key
from tests.samples import (
    ADA,
    API_KEY,
    DEPLOYMENT,
    INTEGRATION_ID,
    LOOKUP,
    NOW,
    PROJECT,
    PROJECT_ID,
    RING,
)
from tests.signed_in import (
    CLIENT_ID,
    FAMILY_ID,
    FOR_API,
    FOR_MCP,
    KEYS,
    ORIGIN,
    PUBLIC_CLIENT,
    family,
    signed,
    signed_in_authority,
    token,
)


def table() -> MemoryAuthority:
    """The samples' project, with a session of Ada's."""
    made = signed_in_authority()
    made.families[FAMILY_ID] = family()
    return made


def admit(
    credential: str,
    found: MemoryAuthority | None = None,
    *,
    now: int = NOW,
    keys: MemorySigningKeys = KEYS,
    origin: str = ORIGIN,
) -> Admitted:
    authenticate = Authenticate(
        authority=found or table(),
        rings=FixedKeyRings(RING),
        deployment_id=DEPLOYMENT,
        clock=lambda: now,
        tokens=ReadAccessToken(keys=keys, clock=lambda: now),
    )
    return authenticate(credential, tool_name=LOOKUP.name, origin=origin)


def refused(credential: str, found: MemoryAuthority | None = None, **where: object) -> None:
    with pytest.raises(Unauthenticated) as refusal:
        admit(credential, found, **where)  # type: ignore[arg-type]
    assert not isinstance(refusal.value, SessionExpired)


def test_an_access_token_is_admitted_as_its_member_in_one_read() -> None:
    found = table()
    admitted = admit(signed(), found)
    assert admitted.caller.member == ADA
    assert admitted.caller.integration.id == INTEGRATION_ID
    assert admitted.tool is not None
    assert found.reads == 1


@pytest.mark.parametrize("active", [0, 1])
def test_both_keys_verify_whichever_signs_now(active: int) -> None:
    assert admit(signed(active=active)).caller.member == ADA


def test_a_key_that_was_taken_away_verifies_no_more() -> None:
    replaced = MemorySigningKeys([rsa_key("C"), rsa_key("B")])
    refused(signed(), keys=replaced)
    assert admit(signed(active=1), keys=replaced).caller.member == ADA


def test_a_stranger_costs_no_read() -> None:
    found = table()
    refused(signed()[:-8] + "AAAAAAAA", found)
    refused("eyJhbGciOiJub25lIn0.e30.", found)
    assert found.reads == 0


def test_ending_the_session_ends_its_tokens_at_once() -> None:
    found = table()
    found.families[FAMILY_ID] = replace(family(), revoked_at=NOW)
    refused(signed(), found)


def test_without_its_session_a_token_is_nothing() -> None:
    found = table()
    found.families.clear()
    refused(signed(), found)


def test_a_token_does_not_outlive_its_session() -> None:
    found = table()
    found.families[FAMILY_ID] = replace(family(), ends_at=NOW + 10)
    assert admit(signed(), found, now=NOW + 9).caller.member == ADA
    refused(signed(), found, now=NOW + 10)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "user:u2"},
        {"client_id": "goc_other"},
        {"resource": f"{ORIGIN}/api"},
        {"project_id": "Proj0002"},
    ],
    ids=str,
)
def test_another_persons_session_does_not_vouch_for_a_token(changes: dict[str, str]) -> None:
    found = table()
    found.families[FAMILY_ID] = family(replace(FOR_MCP, **changes))  # type: ignore[arg-type]
    refused(signed(), found)


def test_a_console_session_vouches_for_no_token() -> None:
    found = table()
    found.families[FAMILY_ID] = replace(family(), kind=FamilyKind.CONSOLE)
    refused(signed(), found)


@pytest.mark.parametrize(
    "standing",
    [
        MemberStanding(external_id="ada", epoch=1),
        MemberStanding(external_id="ada", blocked_at=NOW),
    ],
)
def test_a_member_who_was_blocked_or_signed_out_is_refused(standing: MemberStanding) -> None:
    found = table()
    found.members[PROJECT_ID, "ada"] = standing
    refused(signed(), found)


def test_an_epoch_that_nobody_knows_is_refused() -> None:
    found = table()
    grant = replace(FOR_MCP, epoch=3)
    found.families[FAMILY_ID] = family(grant)
    refused(signed(token(grant)), found)


def test_a_token_dies_with_its_integration_and_its_project() -> None:
    found = table()
    found.integrations.clear()
    refused(signed(), found)
    found = table()
    found.projects[PROJECT_ID] = replace(PROJECT, deleted_at=NOW)
    refused(signed(), found)


def test_a_token_ends_at_its_expiry_second_and_says_so() -> None:
    assert admit(signed(), now=NOW + 899).caller.member == ADA
    with pytest.raises(SessionExpired):
        admit(signed(), now=NOW + 900)


def test_a_token_for_another_origin_or_for_the_api_is_refused() -> None:
    refused(signed(), origin="https://other.example.com")
    found = table()
    found.families[FAMILY_ID] = family(FOR_API)
    refused(signed(token(FOR_API)), found)


def test_too_little_scope_is_said_to_be_that() -> None:
    grant = replace(FOR_MCP, scope=frozenset({"manage"}))
    with pytest.raises(MissingScope, match=MCP):
        admit(signed(token(grant)))


@pytest.mark.parametrize("prefix", ["tng_mst_", "tengine_", "gsa_", "grt_", "gcs_", "Bearer "])
def test_an_access_token_is_no_other_kind_of_credential(prefix: str) -> None:
    refused(prefix + signed())


def test_where_no_access_token_is_accepted_none_is() -> None:
    authenticate = Authenticate(
        authority=table(), rings=FixedKeyRings(RING), deployment_id=DEPLOYMENT, clock=lambda: NOW
    )
    assert authenticate(API_KEY).caller.member is None
    with pytest.raises(Unauthenticated):
        authenticate(signed(), origin=ORIGIN)


def let_in(client: RegisteredClient | None, client_id: str) -> MemoryAuthority:
    """The table, with a session that a client began, and what its integration says of clients."""
    found = table()
    held = found.integrations[PROJECT_ID, INTEGRATION_ID]
    found.integrations[PROJECT_ID, INTEGRATION_ID] = replace(held, client=client)
    found.families[FAMILY_ID] = family(replace(FOR_MCP, client_id=client_id))
    return found


def text_of(client_id: str) -> str:
    return signed(token(replace(FOR_MCP, client_id=client_id)))


def test_an_integration_that_is_no_clients_any_more_lets_nobody_in() -> None:
    refused(signed(), let_in(None, CLIENT_ID))


@pytest.mark.parametrize("other", ["goc_Proj0001Integ002", "goc_Proj0002Integ001", "Integ001", ""])
def test_another_integrations_client_is_not_let_in(other: str) -> None:
    refused(text_of(other), let_in(PUBLIC_CLIENT, other))
    refused(text_of(other), let_in(replace(PUBLIC_CLIENT, allow_metadata_clients=True), other))


@pytest.mark.parametrize("stranger", ["https://app.example/client.json", "gdc_" + "c" * 24])
def test_clients_of_no_project_are_let_in_while_the_integration_says_so(stranger: str) -> None:
    allowing = replace(PUBLIC_CLIENT, allow_metadata_clients=True)
    found = let_in(allowing, stranger)
    assert admit(text_of(stranger), found).caller.member == ADA
    assert found.reads == 1
    refused(text_of(stranger), let_in(PUBLIC_CLIENT, stranger))
