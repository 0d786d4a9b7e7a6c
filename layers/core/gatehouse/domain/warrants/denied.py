"""The one way in which a warrant, a proof or a call under it is refused."""

from typing import Final

REASONS: Final = {
    1000: "unsupported-envelope-version",
    1001: "invalid-envelope-structure",
    1100: "signature-invalid",
    1101: "signature-algorithm-mismatch",
    1102: "unsupported-algorithm",
    1103: "invalid-key-length",
    1104: "invalid-signature-length",
    1200: "unsupported-payload-version",
    1201: "invalid-payload-structure",
    1202: "malformed-cbor",
    1203: "unknown-payload-field",
    1204: "missing-required-field",
    1300: "warrant-expired",
    1301: "warrant-not-yet-valid",
    1302: "issued-in-future",
    1303: "ttl-exceeded",
    1400: "invalid-issuer",
    1401: "parent-hash-mismatch",
    1402: "depth-exceeded",
    1403: "depth-violation",
    1404: "chain-too-long",
    1405: "chain-broken",
    1406: "untrusted-root",
    1500: "tool-not-authorized",
    1501: "constraint-violation",
    1502: "invalid-attenuation",
    1503: "capability-expansion",
    1504: "unknown-constraint-type",
    1600: "pop-signature-invalid",
    1601: "pop-expired",
    1602: "pop-challenge-invalid",
    1700: "insufficient-approvals",
    1701: "approval-invalid",
    1702: "approver-not-authorized",
    1703: "approval-expired",
    1704: "unsupported-approval-version",
    1705: "approval-payload-invalid",
    1706: "approval-request-hash-mismatch",
    1707: "approval-required",
    1800: "warrant-revoked",
    1801: "srl-invalid",
    1802: "srl-version-rollback",
    1803: "srl-content-changed",
    1900: "warrant-too-large",
    1901: "chain-too-large",
    1902: "too-many-tools",
    1903: "too-many-constraints",
    1904: "extension-too-large",
    1905: "value-too-large",
    2000: "reserved-extension-key",
    2001: "invalid-extension-value",
    2100: "reserved-tool-name",
}
"""The wire codes and their names; the hundreds are families."""


class Denied(Exception):
    """What was presented does not authorize what was asked.

    Attributes:
        code: One of `REASONS`.
        reason: Its stable name, for machines.
        field: The argument at fault, when it is one argument's.
        hint: A sentence for whoever made the call; it repeats no argument's value.
    """

    def __init__(self, code: int, hint: str = "", *, field: str | None = None) -> None:
        self.code: Final = code
        self.reason: Final = REASONS[code]
        self.field: Final = field
        self.hint: Final = hint
        super().__init__(f"{self.reason}: {hint}" if hint else self.reason)
