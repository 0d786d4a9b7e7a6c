"""Receipts for tests: a call's record and evidence, an instance that signs, and its exports."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.ids import request_id
from gatehouse.domain.receipt_chains import ReceiptChains
from gatehouse.domain.warrant_policies import Decision, Evidence, WarrantMode, WarrantVerdict
from gatehouse.usecases.write_receipts import WriteReceipts
from gatehouse_client.receipts.documents import Export, ExportedChain, read_link
from tests.fakes.receipts import DeploymentKey, MemoryReceipts
from tests.samples import DEPLOYMENT, INTEGRATION_ID, NOW, PROJECT_ID

KEY_ID = "arn:aws:kms:eu-central-1:000000000000:key/receipts"
EVIDENCE = Evidence(
    stack=b"stack",
    proof=b"p" * 64,
    root=b"r" * 32,
    request_hash=b"q" * 32,
    policy_hash=b"c" * 32,
    trusted_roots=b"t" * 32,
)
ALLOWED = WarrantVerdict(mode=WarrantMode.ENFORCE, decision=Decision.ALLOWED, evidence=EVIDENCE)
DENIED = replace(ALLOWED, decision=Decision.DENIED, reason="constraint-violation")
WOULD_DENY = replace(DENIED, mode=WarrantMode.AUDIT, decision=Decision.WOULD_DENY)


def record(number: int = 0, **changes: object) -> CallRecord:
    """A call that was made, on a warrant that allows it."""
    made = CallRecord(
        request_id=request_id(NOW * 1000, number),
        project_id=PROJECT_ID,
        integration_id=INTEGRATION_ID,
        tool_name="crm-contacts-get",
        tool_digest="d" * 64,
        member_external_id=None,
        outcome=Outcome.SUCCEEDED,
        started_at_ms=NOW * 1000,
        duration_ms=5,
        warrant=ALLOWED,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def numbered() -> Any:
    """Bytes that never repeat, instead of random ones."""
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def at_once(work: Any) -> Any:
    """Work beside what goes on, done before it goes on; its error comes when it is waited for."""
    failed: list[Exception] = []
    try:
        work()
    except Exception as error:  # noqa: BLE001 - raised below
        failed.append(error)

    def wait() -> None:
        for error in failed:
            raise error

    return wait


@dataclass
class Instance:
    """One function instance that writes receipts to memory."""

    store: MemoryReceipts = field(default_factory=MemoryReceipts)
    key: DeploymentKey = field(default_factory=DeploymentKey)
    random_bytes: Any = field(default_factory=numbered)
    aside: Any = at_once
    most: int = 256
    lost: list[tuple[str, str | None]] = field(default_factory=list)
    records: list[CallRecord] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chains = ReceiptChains(
            function="dispatch",
            deployment_id=DEPLOYMENT,
            key_id=KEY_ID,
            random_bytes=self.random_bytes,
            most=self.most,
        )
        self.write = WriteReceipts(
            chains=lambda: self.chains,
            store=lambda: self.store,
            signer=lambda: self.key,
            aside=self.aside,
            lost=lambda what, record: self.lost.append((what, record.receipt)),
        )

    def keep(self, *records: CallRecord) -> None:
        """Write records and their receipts."""
        for each in records:
            with self.write.beside(each) as linked:
                self.records.append(linked)

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The deployment's."""
        key = load_pem_public_key(self.key.public_key_pem().encode())
        assert isinstance(key, ec.EllipticCurvePublicKey)
        return key

    def export(self, project_id: str = PROJECT_ID) -> Export:
        """What the management API would give of a project."""
        return Export(
            project_id=project_id,
            chains=tuple(self._chains(project_id)),
            calls=tuple(
                read_link(each.request_id, each.receipt)
                for each in self.records
                if each.receipt is not None and each.project_id == project_id
            ),
        )

    def _chains(self, project_id: str) -> Iterator[ExportedChain]:
        names = sorted({name for owner, name, _ in self.store.receipts if owner == project_id})
        for name in names:
            certificate = self.store.certificate(project_id, name)
            page = self.store.page(project_id, name, after=None, limit=1000)
            yield ExportedChain(
                chain=name,
                certificate=certificate.certificate if certificate else None,
                signature=certificate.signature if certificate else None,
                receipts=tuple((each.sequence, each.data) for each in page.items),
            )
