"""What the gateway says itself: its part of the checklist, and what probing its tools came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gatehouse.domain.checklist.catalogue import BY_ID
from gatehouse.domain.checklist.evaluation import Finding, Standing
from gatehouse.domain.checklist.snapshot import Attestation, Probe
from gatehouse.domain.probing import ProbeKind, is_harmless
from gatehouse_cli.gateway import Gateway


@dataclass(frozen=True, kw_only=True)
class Probed:
    """What was tried, and the tools with signed calls that were not."""

    probes: tuple[Probe, ...]
    unprobed: tuple[str, ...]


def findings(gateway: Gateway) -> tuple[Finding, ...]:
    """Return what comes of each item that the gateway can see."""
    items = gateway.ask("GET", "/api/v1/checklist")["items"]
    return tuple(_finding(item) for item in items if item["standing"] != "outside")


def probed(gateway: Gateway, *, may_change: bool) -> Probed:
    """Probe every enabled tool whose calls are signed, but those that may change something."""
    probes: list[Probe] = []
    unprobed: list[str] = []
    for page in gateway.items("/api/v1/custom-tools", {}, None):
        for tool in page["items"]:
            if not tool["is_enabled"] or tool["auth_strategy"] != "hmac_signature":
                continue
            if not (may_change or is_harmless(tool["http_method"], tool["annotations"])):
                unprobed.append(tool["name"])
                continue
            path = f"/api/v1/custom-tools/{tool['id']}/probe"
            told = gateway.ask("POST", path, body={"may_change": may_change})
            probes += (_probe(told["tool"], each) for each in told["probes"])
    return Probed(probes=tuple(probes), unprobed=tuple(unprobed))


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
