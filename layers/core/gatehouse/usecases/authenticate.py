"""Prove who is calling, and read in the same round trip what the request needs."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gatehouse.domain import access_tokens, api_keys, session_tokens
from gatehouse.domain.api_keys import PresentedKey
from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import MissingScope, Unauthenticated
from gatehouse.domain.grants import MCP
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.prompts import Prompt
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_names import named_in
from gatehouse.domain.warrant_policies import WarrantStanding
from gatehouse.ports.authority import Authority, AuthorityReader, LatestChange, Wanted
from gatehouse.ports.credentials import KeyRings
from gatehouse.usecases.read_access_token import ReadAccessToken, require_live
from gatehouse.usecases.read_session_token import read_session_token
from gatehouse.usecases.standing import require_session, require_standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A proven caller, and the tool or prompt asked for, if the caller's project has it.

    `warrants` is what the project holds about the warrants that came with the request, and
    `latest_change` its last administrative change, where that was asked for.
    """

    caller: Caller
    tool: Tool | None = None
    prompt: Prompt | None = None
    warrants: WarrantStanding = field(default_factory=WarrantStanding)
    latest_change: LatestChange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a request names besides its caller, to be read along."""

    tool_name: str | None = None
    prompt_name: str | None = None
    stack: bytes | None = None
    latest_change: bool = False

    def wanted(
        self,
        project_id: str,
        integration_id: str,
        *,
        member: MemberIdentity | None = None,
        assertion_kid: str | None = None,
        family_id: str | None = None,
    ) -> Wanted:
        """Say what to read; the warrants are read for it, and so only once the rest holds."""
        issuer, ids = (None, ()) if self.stack is None else named_in(self.stack)
        return Wanted(
            project_id=project_id,
            integration_id=integration_id,
            assertion_kid=assertion_kid,
            member_external_id=member.external_id if member else None,
            family_id=family_id,
            tool_name=self.tool_name,
            prompt_name=self.prompt_name,
            warrant_root=issuer,
            warrant_ids=ids,
            latest_change=self.latest_change,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """Turn a bearer credential into a caller; one read of Authority, nothing cached.

    `tokens` reads access tokens; without it none is accepted.
    """

    authority: AuthorityReader
    rings: KeyRings
    deployment_id: str
    clock: Callable[[], int]
    tokens: ReadAccessToken | None = None

    def __call__(  # noqa: PLR0913 - what a request may name
        self,
        credential: str,
        *,
        tool_name: str | None = None,
        prompt_name: str | None = None,
        stack: bytes | None = None,
        latest_change: bool = False,
        origin: str = "",
    ) -> Admitted:
        """Admit an API key, a session token or an access token.

        Args:
            credential: The text after `Bearer `.
            tool_name: A tool of the caller's project to read along; must have a tool's shape.
            prompt_name: The same for a prompt.
            stack: CBOR of the warrants that came along, as they came.
            latest_change: Whether to read along what was changed last.
            origin: Where the request came to; an access token is good there alone.

        Raises:
            Unauthenticated: The credential does not hold; one message whatever the reason.
            SessionExpired: It is a genuine token past its end.
            MissingScope: It is an access token for something else.
            Unavailable: It could not be checked.
        """
        asked = _Asked(
            tool_name=tool_name,
            prompt_name=prompt_name,
            stack=stack,
            latest_change=latest_change,
        )
        if credential.startswith(session_tokens.PREFIX):
            return self._member(credential, asked)
        if access_tokens.has_shape(credential) and self.tokens is not None:
            return self._signed_in(self.tokens, credential, asked, origin)
        return _admitted_key(self.authority, credential, asked)

    def _member(self, credential: str, asked: _Asked) -> Admitted:
        session = read_session_token(
            credential, rings=self.rings, deployment_id=self.deployment_id, now=self.clock()
        )
        wanted = asked.wanted(
            session.project_id,
            session.integration_id,
            member=session.member,
            assertion_kid=session.assertion_kid,
        )
        found = self.authority.read(wanted)
        require_session(session, found)
        return _admitted(_caller(found, session.member), wanted, found)

    def _signed_in(
        self, tokens: ReadAccessToken, credential: str, asked: _Asked, origin: str
    ) -> Admitted:
        """Admit somebody who signed in, as the member that the token names."""
        token = tokens(credential, origin=origin, scope=MCP)
        grant = token.grant
        if grant.project_id is None or grant.integration_id is None or grant.member is None:
            raise Unauthenticated
        wanted = asked.wanted(
            grant.project_id, grant.integration_id, member=grant.member, family_id=token.family_id
        )
        found = self.authority.read(wanted)
        require_live(token, found.family, now=self.clock())
        require_standing(grant, found)
        if MCP not in grant.scope:
            raise MissingScope(MCP)
        return _admitted(_caller(found, grant.member), wanted, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateKey:
    """Turn an API key into a caller where nothing else is a credential; one read of Authority."""

    authority: AuthorityReader

    def __call__(self, credential: str) -> Caller:
        """Admit an API key; raise `Unauthenticated` for all else, `Unavailable`."""
        return _admitted_key(self.authority, credential, _Asked()).caller


def _admitted_key(authority: AuthorityReader, credential: str, asked: _Asked) -> Admitted:
    """Admit an API key; raise `Unauthenticated`, for a session token as for any other text."""
    presented = api_keys.read(credential)
    wanted = asked.wanted(presented.project_id, presented.integration_id)
    found = authority.read(wanted)
    return _admitted(key_caller(presented, found), wanted, found)


def _admitted(caller: Caller, wanted: Wanted, found: Authority) -> Admitted:
    standing = WarrantStanding(
        root=found.trusted_root, ids=wanted.warrant_ids, revoked=found.revoked
    )
    return Admitted(
        caller=caller,
        tool=found.tool,
        prompt=found.prompt,
        warrants=standing,
        latest_change=found.latest_change,
    )


def key_caller(presented: PresentedKey, found: Authority) -> Caller:
    """Return whose key was presented; raise `Unauthenticated` unless what was found proves it."""
    caller = _caller(found)
    if not caller.integration.recognizes(presented):
        raise Unauthenticated
    return caller


def _caller(found: Authority, member: MemberIdentity | None = None) -> Caller:
    if found.project is None or not found.project.is_active or found.integration is None:
        raise Unauthenticated
    return Caller(project=found.project, integration=found.integration, member=member)
