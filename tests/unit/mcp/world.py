"""The door to MCP over fakes: what a client sends, and what it gets."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from gzip import decompress as gunzip
from typing import Any

from gatehouse.domain import ids, session_tokens
from gatehouse.domain.prompts import Prompt
from gatehouse.domain.resources import Resource
from gatehouse.domain.session_tokens import Session
from gatehouse.domain.tools import ToolDefinition
from gatehouse.edge.failures import CountedFailures
from gatehouse.edge.mcp.bodies import surprise_answer
from gatehouse.edge.mcp.door import Door
from gatehouse.edge.mcp.inbound import Offered
from gatehouse.edge.serving import Serve
from gatehouse.ports.offers import Descriptors
from gatehouse.usecases.authenticate import Authenticate
from gatehouse.usecases.call_tool import CallTool
from gatehouse.usecases.check_warrant import CheckWarrant
from gatehouse.usecases.complete import Complete
from gatehouse.usecases.get_prompt import GetPrompt
from gatehouse.usecases.limit_requests import LimitFailures, LimitRequests
from gatehouse.usecases.list_offered import ListOffered
from gatehouse.usecases.read_resource import ReadResource
from gatehouse.usecases.rounds import Rounds
from gatehouse.usecases.spend_proof import SpendProof
from tests.events import http_event
from tests.fakes.authority import MemoryAuthority
from tests.fakes.calls import MemoryCallRecords
from tests.fakes.credentials import FixedKeyRings, MemoryMarks
from tests.fakes.dispatch import ScriptedDispatcher
from tests.fakes.limits import MemoryLimits
from tests.fakes.offers import (
    MemoryEnabledPrompts,
    MemoryEnabledResources,
    MemoryListedResources,
)
from tests.fakes.stores import MemoryEnabledTools
from tests.receipts import Instance
from tests.samples import API_KEY, DEPLOYMENT, NOW, PROJECT_ID, RING, SESSION, authority, stored

PUBLIC = "https://gate.example.com"
PAGE = "https://app.example.com"
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}


def token(session: Session = SESSION) -> str:
    """A session token of the test deployment."""
    return session_tokens.mint(session, key=RING.current, deployment_id=DEPLOYMENT)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str
    in_base64: bool = False

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)

    @property
    def result(self) -> Any:
        """The JSON-RPC result."""
        assert "result" in self.json, self.text
        return self.json["result"]

    @property
    def fault(self) -> tuple[int, int, str]:
        """HTTP status, JSON-RPC code and message."""
        error = self.json["error"]
        return self.status, error["code"], error["message"]


@dataclass
class World:
    """One deployment with one project, and a clock that stands."""

    table: MemoryAuthority = field(default_factory=authority)
    dispatcher: ScriptedDispatcher = field(default_factory=ScriptedDispatcher)
    records: MemoryCallRecords = field(default_factory=MemoryCallRecords)
    rings: FixedKeyRings = field(default_factory=lambda: FixedKeyRings(RING))
    limits: MemoryLimits = field(default_factory=MemoryLimits)
    marks: MemoryMarks = field(default_factory=MemoryMarks)
    failures_per_minute: int = 1000
    now: int = NOW
    made: int = 0

    def __post_init__(self) -> None:
        self.tools = MemoryEnabledTools(self.table)
        resources = MemoryEnabledResources(self.table)
        rounds = Rounds(clock=lambda: self.now, new_nonce=lambda: b"n" * 12)
        self.door = Door(
            authenticate=Authenticate(
                authority=self.table,
                rings=self.rings,
                deployment_id=DEPLOYMENT,
                clock=lambda: self.now,
            ),
            limit=LimitRequests(counters=self.limits, records=self.records, clock_ms=self.now_ms),
            failures=CountedFailures(self.limit_failures),
            offered=Offered(
                list_tools=self.listing("tools/list", self.tools),
                call_tool=CallTool(
                    check_warrant=CheckWarrant(clock=lambda: self.now),
                    spend_proof=SpendProof(
                        marks=self.marks, dispatcher=self.dispatcher, clock=lambda: self.now
                    ),
                    dispatcher=self.dispatcher,
                    records=self.records,
                    receipts=Instance().write,
                    rounds=rounds,
                    clock_ms=self.now_ms,
                ),
                list_prompts=self.listing("prompts/list", MemoryEnabledPrompts(self.table)),
                get_prompt=GetPrompt(rounds=rounds),
                list_resources=self.resources("resources/list", are_templates=False),
                list_resource_templates=self.resources(
                    "resources/templates/list", are_templates=True
                ),
                read_resource=ReadResource(
                    resources=resources,
                    dispatcher=self.dispatcher,
                    records=self.records,
                    clock_ms=self.now_ms,
                ),
                complete=Complete(resources=resources),
            ),
            public_url=lambda: PUBLIC,
            allowed_origins=lambda: frozenset({PAGE}),
            new_request_id=self.new_request_id,
            clock_ms=self.now_ms,
        )
        self.serve = Serve(
            answer=self.door,
            new_request_id=self.new_request_id,
            clock_ms=self.now_ms,
            allowed_origins=lambda: frozenset({PAGE}),
            fail=surprise_answer,
        )

    def limit_failures(self) -> LimitFailures:
        """The count of credentials that do not hold."""
        return LimitFailures(
            counters=self.limits, per_minute=self.failures_per_minute, clock_ms=self.now_ms
        )

    def listing(self, kind: str, descriptors: Descriptors) -> ListOffered:
        """A list of one kind."""
        return ListOffered(descriptors=descriptors, kind=kind, clock=lambda: self.now)

    def resources(self, kind: str, *, are_templates: bool) -> ListOffered:
        """A list of resources."""
        listed = MemoryListedResources(self.table, are_templates=are_templates)
        return replace(self.listing(kind, listed), approved=replace(listed, only_approved=True))

    def now_ms(self) -> int:
        """The present moment."""
        return self.now * 1000

    def new_request_id(self) -> str:
        """A fresh id."""
        self.made += 1
        return ids.request_id(self.now_ms(), self.made)

    def add(self, definition: ToolDefinition, **changes: object) -> None:
        """Register a tool."""
        self.table.tools[PROJECT_ID, definition.name] = stored(definition, **changes)

    def offer(self, *offers: Prompt | Resource) -> None:
        """Store prompts and resources."""
        for each in offers:
            if isinstance(each, Prompt):
                self.table.prompts[each.project_id, each.definition.name] = each
            else:
                self.table.resources[each.project_id, each.definition.name] = each

    def event(self, event: Mapping[str, Any]) -> Answer:
        """Serve an event as Lambda would hand it over."""
        answer = self.serve(event)
        body, headers, status = answer["body"], answer["headers"], answer["statusCode"]
        assert isinstance(body, str)
        assert isinstance(headers, dict)
        assert isinstance(status, int)
        in_base64 = answer["isBase64Encoded"] is True
        data = b64decode(body) if in_base64 else body.encode()
        text = (gunzip(data) if headers.get("content-encoding") == "gzip" else data).decode()
        return Answer(status, headers, text, in_base64)

    def send(
        self,
        body: bytes | str,
        *,
        credential: str | None = API_KEY,
        method: str = "POST",
        path: str = "/mcp",
        **headers: str,
    ) -> Answer:
        """Send bytes; header names have `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {"content-type": "application/json", **named}
        if credential is not None:
            named["authorization"] = f"Bearer {credential}"
        return self.event(http_event(method=method, path=path, headers=named, body=body))

    def legacy(self, method: str, params: object = None, **options: Any) -> Answer:
        """Send a legacy request."""
        message: dict[str, object] = {"jsonrpc": "2.0", "id": 1, "method": method}
        if params is not None:
            message["params"] = params
        return self.send(json.dumps(message), **options)

    def modern(
        self, method: str, params: Mapping[str, object] | None = None, **options: Any
    ) -> Answer:
        """Send a modern request with the headers it needs, but for those given here."""
        params = {"_meta": META, **(params or {})}
        headers = {"MCP_Protocol_Version": MODERN, "Mcp_Method": method}
        if method in {"tools/call", "prompts/get"}:
            headers["Mcp_Name"] = str(params.get("name"))
        if method == "resources/read":
            headers["Mcp_Name"] = str(params.get("uri"))
        headers = {
            name: value for name, value in {**headers, **options}.items() if value is not None
        }
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return self.send(json.dumps(message), **headers)
