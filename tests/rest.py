"""The management API over fakes, as a caller sees it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from gatehouse.aws.jws import PyJWTSignatures
from gatehouse.domain.audit import Author
from gatehouse.domain.calls import UpstreamAnswer
from gatehouse.domain.checklist.snapshot import Attestation, DeploymentSettings
from gatehouse.domain.ids import request_id
from gatehouse.domain.people import Invitation
from gatehouse.domain.revocations import KeptList
from gatehouse.domain.upstreams import UpstreamPolicy
from gatehouse.edge.rest.application import MAX_BODY, ManagementApi
from gatehouse.edge.serving import Serve
from gatehouse.usecases.administer_people import AdministerPeople
from gatehouse.usecases.authenticate import AuthenticateKey
from gatehouse.usecases.authenticate_admin import AuthenticateAdmin
from gatehouse.usecases.authenticate_manager import AuthenticateManager
from gatehouse.usecases.authenticate_principal import AuthenticatePrincipal
from gatehouse.usecases.check_origin import CheckOrigin
from gatehouse.usecases.fetch_document import FetchDocument
from gatehouse.usecases.import_openapi import ImportOpenAPI
from gatehouse.usecases.limit_requests import LimitDoor, LimitRequests
from gatehouse.usecases.manage_apps import ManageApps
from gatehouse.usecases.manage_assertion_keys import ManageAssertionKeys
from gatehouse.usecases.manage_custom_roles import ManageCustomRoles
from gatehouse.usecases.manage_integrations import ManageIntegrations
from gatehouse.usecases.manage_invitations import ManageInvitations
from gatehouse.usecases.manage_members import ManageMembers
from gatehouse.usecases.manage_people import ManagePeople
from gatehouse.usecases.manage_projects import ManageProjects
from gatehouse.usecases.manage_prompts import ManagePrompts
from gatehouse.usecases.manage_resources import ManageResources
from gatehouse.usecases.manage_sharing import ManageSharing
from gatehouse.usecases.manage_tools import ManageTools
from gatehouse.usecases.manage_warrants import ManageWarrants
from gatehouse.usecases.management import Entrance, Management
from gatehouse.usecases.plan_import import PlanImport
from gatehouse.usecases.preview_tool import PreviewTool
from gatehouse.usecases.probe_tool import ProbeTool
from gatehouse.usecases.read_access_token import ReadAccessToken
from gatehouse.usecases.read_audit import ReadAudit
from gatehouse.usecases.read_calls import ReadCalls
from gatehouse.usecases.read_checklist import ReadChecklist
from gatehouse.usecases.read_receipts import ReadReceipts
from gatehouse.usecases.read_violations import ReadViolations
from gatehouse.usecases.revoke_warrants import RevokeWarrants
from gatehouse.usecases.try_tool import TryTool
from tests.events import http_event
from tests.fakes.attestations import MemoryAttestations
from tests.fakes.audit import MemoryAudit
from tests.fakes.authority import MemoryAuthority
from tests.fakes.breakers import MemoryBreakers
from tests.fakes.calls import MemoryCallRecords, ScriptedUpstream
from tests.fakes.clients import MemoryApps
from tests.fakes.credentials import MemoryMarks
from tests.fakes.dispatch import ScriptedDispatcher
from tests.fakes.limits import MemoryLimits
from tests.fakes.memberships import (
    MemoryCustomRoles,
    MemoryDirectory,
    MemoryIssuedInvitations,
    MemoryMemberships,
)
from tests.fakes.names import KnownNames
from tests.fakes.offers import MemoryPrompts, MemoryResources
from tests.fakes.principals import MemoryPrincipals
from tests.fakes.receipts import DeploymentKey, MemoryReceipts
from tests.fakes.registry import MemoryAppRegistry
from tests.fakes.sealing import FixedAdminToken, KnownKeySealer
from tests.fakes.sessions import MemoryFamilies
from tests.fakes.sharing import MemoryGroups, MemoryShares, MemorySharing
from tests.fakes.stores import (
    MemoryAssertionKeys,
    MemoryIntegrations,
    MemoryMembers,
    MemoryProjects,
    MemoryReplication,
    MemoryTools,
)
from tests.fakes.warrants import MemoryRevocations, MemoryTrustedRoots, MemoryWarrantPolicies
from tests.samples import API_KEY, NOW, authority
from tests.signed_in import KEYS, ORIGIN

ADMIN_TOKEN: Final = "a" * 48
NO_LIMITS: Final = dict.fromkeys(("per_second", "per_minute", "per_day", "concurrent"))
SECRET: Final = "hush-hush-hush-hush"
TOOL: Final = {
    "name": "crm-contacts-lookup",
    "description": "Look up one contact",
    "input_schema": {
        "type": "object",
        "properties": {"contact_id": {"type": "string"}},
        "required": ["contact_id"],
        "additionalProperties": False,
    },
    "base_url": "https://crm.example.com",
    "http_method": "POST",
    "endpoint_path": "/v1/contacts/lookup",
    "auth_strategy": "hmac_signature",
    "encrypted_auth_secret": SECRET,
}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)

    @property
    def fields(self) -> list[str]:
        """The fields that a problem names."""
        return [error["field"] for error in self.json["errors"]]


@dataclass
class Api:
    """All parts open to tests; `call` goes the whole way from event to answer."""

    table: MemoryAuthority = field(default_factory=authority)
    sealer: KnownKeySealer = field(default_factory=KnownKeySealer)
    records: MemoryCallRecords = field(default_factory=MemoryCallRecords)
    breakers: MemoryBreakers = field(default_factory=MemoryBreakers)
    limits: MemoryLimits = field(default_factory=MemoryLimits)
    doors: MemoryLimits = field(default_factory=MemoryLimits)
    lists: dict[tuple[str, str], KeptList] = field(default_factory=dict)
    before_keeping: Callable[[], None] = lambda: None
    marks: MemoryMarks = field(default_factory=MemoryMarks)
    used_keys: list[tuple[str, str, int]] = field(default_factory=list)
    dispatcher: ScriptedDispatcher = field(default_factory=ScriptedDispatcher)
    receipts: MemoryReceipts = field(default_factory=MemoryReceipts)
    receipt_key: DeploymentKey = field(default_factory=DeploymentKey)
    audit: MemoryAudit = field(default_factory=MemoryAudit)
    authors: list[Author | None] = field(default_factory=list)
    invitations: dict[tuple[str, str], Invitation] = field(default_factory=dict)
    attested: dict[tuple[str, str], Attestation] = field(default_factory=dict)
    sharing: MemorySharing | None = None
    admin_token: FixedAdminToken = field(default_factory=lambda: FixedAdminToken(ADMIN_TOKEN))
    now: int = NOW
    allow_unverified_minting: bool = False
    allow_insecure_upstreams: bool = False
    names: KnownNames = field(default_factory=KnownNames)
    publisher: ScriptedUpstream = field(
        default_factory=lambda: ScriptedUpstream(
            lambda _: UpstreamAnswer(status=404, content_type="text/plain", body=b"")
        )
    )
    monotonic: Callable[[], float] = lambda: 0.0
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def upstreams(self) -> UpstreamPolicy:
        """What tools may call."""
        return UpstreamPolicy(allow_local_http=self.allow_insecure_upstreams)

    def deployment(self) -> DeploymentSettings:
        """What the environment says."""
        return DeploymentSettings(
            stage="prod",
            public_url=ORIGIN,
            allowed_hosts=frozenset({ORIGIN.removeprefix("https://")}),
            allowed_origins=frozenset(),
            allow_unverified_minting=self.allow_unverified_minting,
            allow_insecure_upstreams=self.allow_insecure_upstreams,
        )

    def entrance(self) -> Entrance:
        """The ways in, over the fakes."""
        managers = self.managers()
        return Entrance(
            authenticate=AuthenticatePrincipal(
                keys=AuthenticateKey(authority=self.table),
                managers=managers,
                principals=managers.principals,
                apps=MemoryApps(self.table.apps, self.used_keys),
                clock=self.clock,
            ),
            authenticate_admin=AuthenticateAdmin(token=self.admin_token, managers=managers),
            door=LimitDoor(counters=self.doors, clock_ms=lambda: self.now * 1000),
        )

    def management(self, author: Author | None = None) -> Management:
        """The use cases over the fakes, which audit nothing; `authors` has whom they were for."""
        self.authors.append(author)
        tools = MemoryTools(self.table)
        manage_tools = ManageTools(
            tools=tools,
            sealer=self.sealer,
            breakers=self.breakers,
            clock=self.clock,
            check_origin=CheckOrigin(policy=self.upstreams(), names=self.names),
        )
        return Management(
            projects=ManageProjects(
                projects=MemoryProjects(self.table),
                replication=MemoryReplication(self.table),
                clock=self.clock,
                choose=self.choose,
                random_bytes=bytes,
                upstreams=self.upstreams(),
            ),
            integrations=ManageIntegrations(
                integrations=MemoryIntegrations(self.table), clock=self.clock, choose=self.choose
            ),
            assertion_keys=ManageAssertionKeys(
                keys=MemoryAssertionKeys(self.table), clock=self.clock
            ),
            tools=manage_tools,
            openapi=self.import_openapi(manage_tools),
            try_tool=TryTool(
                tools=tools,
                authority=self.table,
                signatures=PyJWTSignatures(),
                marks=self.marks,
                dispatcher=self.dispatcher,
                limit=LimitRequests(
                    counters=self.limits,
                    records=self.records,
                    clock_ms=lambda: self.now * 1000,
                ),
                records=self.records,
                clock_ms=lambda: self.now * 1000,
                new_request_id=self.new_request_id,
                allow_unverified_minting=self.allow_unverified_minting,
            ),
            preview_tool=PreviewTool(
                tools=manage_tools, clock=self.clock, new_request_id=self.new_request_id
            ),
            probe_tool=ProbeTool(
                tools=MemoryTools(self.table),
                dispatcher=self.dispatcher,
                limit=LimitRequests(
                    counters=self.limits,
                    records=self.records,
                    clock_ms=lambda: self.now * 1000,
                ),
                new_request_id=self.new_request_id,
            ),
            prompts=ManagePrompts(prompts=MemoryPrompts(self.table), clock=self.clock),
            resources=ManageResources(
                resources=MemoryResources(self.table),
                sealer=self.sealer,
                clock=self.clock,
                check_origin=CheckOrigin(policy=self.upstreams(), names=self.names),
            ),
            members=ManageMembers(members=MemoryMembers(self.table), clock=self.clock),
            calls=ReadCalls(records=self.records, clock=self.clock),
            receipts=ReadReceipts(receipts=self.receipts, key=self.receipt_key, clock=self.clock),
            audit=ReadAudit(entries=self.audit, key=self.receipt_key),
            checklist=ReadChecklist(
                settings=self.deployment(),
                integrations=MemoryIntegrations(self.table),
                assertion_keys=MemoryAssertionKeys(self.table),
                tools=MemoryTools(self.table),
                members=MemoryMembers(self.table),
                roots=MemoryTrustedRoots(self.table),
                attestations=MemoryAttestations(self.table, self.attested),
                marks=self.marks,
                clock=self.clock,
            ),
            warrants=ManageWarrants(
                policies=MemoryWarrantPolicies(self.table),
                roots=MemoryTrustedRoots(self.table),
                clock=self.clock,
            ),
            revocations=RevokeWarrants(
                revocations=MemoryRevocations(self.table, self.lists, self.before_keeping),
                roots=MemoryTrustedRoots(self.table),
                clock=self.clock,
            ),
            violations=ReadViolations(records=self.records, clock=self.clock),
            people=ManagePeople(
                memberships=MemoryMemberships(self.table),
                custom_roles=MemoryCustomRoles(self.table),
                directory=MemoryDirectory(self.table),
                shares=MemoryShares(self.shared()),
                families=MemoryFamilies(self.table.families),
                clock=self.clock,
            ),
            accounts=AdministerPeople(
                directory=MemoryDirectory(self.table),
                families=MemoryFamilies(self.table.families),
                clock=self.clock,
            ),
            invitations=ManageInvitations(
                invitations=MemoryIssuedInvitations(self.table, self.invitations),
                clock=self.clock,
                choose=self.choose,
            ),
            custom_roles=ManageCustomRoles(roles=MemoryCustomRoles(self.table)),
            sharing=ManageSharing(
                groups=MemoryGroups(self.shared()),
                shares=MemoryShares(self.shared()),
                clock=self.clock,
                choose=self.choose,
            ),
            apps=ManageApps(
                apps=MemoryAppRegistry(self.table),
                clock=self.clock,
                choose=self.choose,
                allow_local_origins=False,
            ),
        )

    def import_openapi(self, tools: ManageTools) -> ImportOpenAPI:
        """The import, which fetches from `publisher`."""
        fetch = FetchDocument(check_origin=tools.check_origin, upstream=lambda: self.publisher)
        plan = PlanImport(tools=tools, fetch=fetch, monotonic=self.monotonic)
        return ImportOpenAPI(plan=plan, tools=tools, monotonic=self.monotonic)

    def shared(self) -> MemorySharing:
        """Groups and shares, which outlive a request."""
        if self.sharing is None:
            self.sharing = MemorySharing(self.table)
        return self.sharing

    def managers(self) -> AuthenticateManager:
        """The proof of access tokens."""
        read = ReadAccessToken(keys=KEYS, clock=self.clock)
        principals = MemoryPrincipals(self.table)
        return AuthenticateManager(read=read, principals=principals, clock=self.clock)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = API_KEY,
        query: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; `body` is sent as JSON unless it is text."""
        sent = {} if body is None else {"content-type": "application/json"}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        return self.serve(
            http_event(method, path, headers={**sent, **(headers or {})}, query=query, body=text)
        )

    def serve(self, event: dict[str, Any]) -> Answer:
        """One event, the way it comes from Lambda."""
        made: Callable[..., Any] = Serve(
            answer=ManagementApi(self.entrance, self.management, lambda: ORIGIN, self.clock),
            new_request_id=self.new_request_id,
            clock_ms=lambda: self.now * 1000,
            allowed_origins=frozenset,
            max_body=MAX_BODY,
        )
        answer = made(event)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    def clock(self) -> int:
        """The present second."""
        return self.now

    def choose(self, below: int) -> int:
        """Numbers that repeat late."""
        return next(self.numbers) * 7919 % below

    def new_request_id(self) -> str:
        """Ids in order."""
        return request_id(self.now * 1000, next(self.numbers))

    def tool(self, **changes: object) -> Any:
        """Register `TOOL` with changes; what is None is left out."""
        body = {name: v for name, v in {**TOOL, **changes}.items() if v is not None}
        answer = self.call("POST", "/api/v1/custom-tools", body)
        assert answer.status == 201, answer.text
        return answer.json
