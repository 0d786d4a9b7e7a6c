"""What the gateway says itself: its part of the checklist, and what probing its tools came to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from gatehouse.domain.checklist.catalogue import BY_ID
from gatehouse.domain.checklist.evaluation import Finding, Standing
from gatehouse.domain.checklist.snapshot import Attestation, Probe
from gatehouse.domain.probing import ProbeKind

UNPROCESSABLE = 422


@dataclass(frozen=True, kw_only=True)
class Probed:
    """What was tried, and the tools with signed calls that were not."""

    probes: tuple[Probe, ...]
    unprobed: tuple[str, ...]


@dataclass(frozen=True)
class Gateway:
    """The management API, through a client that holds a credential for the project."""

    http: httpx.Client

    def findings(self) -> tuple[Finding, ...]:
        """Return what comes of each item that the gateway can see."""
        items = self._read("/api/v1/checklist", {})["items"]
        return tuple(_finding(item) for item in items if item["standing"] != "outside")

    def probed(self, *, may_change: bool) -> Probed:
        """Probe every enabled tool whose calls are signed, but those that may change something."""
        probes: list[Probe] = []
        unprobed: list[str] = []
        for tool in self._tools():
            if not tool["is_enabled"] or tool["auth_strategy"] != "hmac_signature":
                continue
            path = f"/api/v1/custom-tools/{tool['id']}/probe"
            answer = self.http.post(path, json={"may_change": may_change})
            if answer.status_code == UNPROCESSABLE:
                unprobed.append(tool["name"])
            else:
                told = answer.raise_for_status().json()
                probes += (_probe(told["tool"], each) for each in told["probes"])
        return Probed(probes=tuple(probes), unprobed=tuple(unprobed))

    def _tools(self) -> Iterator[Mapping[str, Any]]:
        cursor: str | None = None
        while True:
            page = self._read("/api/v1/custom-tools", {"cursor": cursor} if cursor else {})
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _read(self, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        document: Mapping[str, Any] = self.http.get(path, params=query).raise_for_status().json()
        return document


def _finding(item: Mapping[str, Any]) -> Finding:
    said = item["attestation"]
    return Finding(
        item=BY_ID[item["id"]],
        standing=Standing(item["standing"]),
        problems=tuple(item["problems"]),
        attestation=None if said is None else _attestation(said),
    )


def _attestation(said: Mapping[str, str]) -> Attestation:
    at = int(datetime.fromisoformat(said["at"]).timestamp())
    return Attestation(item=said["item"], by=said["by"], at=at, note=said["note"])


def _probe(tool: str, told: Mapping[str, Any]) -> Probe:
    return Probe(tool_name=tool, kind=ProbeKind(told["kind"]), status=told["status"])
