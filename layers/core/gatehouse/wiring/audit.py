"""Builds the daily statement of where the audit's chains end."""

from gatehouse.aws.audit import DynamoAuditChains
from gatehouse.aws.receipt_key import KmsCertificateSigner
from gatehouse.settings import Settings
from gatehouse.usecases.sign_audit_heads import SignAuditHeads
from gatehouse.wiring import clients, clock


def sign_audit_heads() -> SignAuditHeads:
    """Build the use case."""
    settings = Settings()
    settings.require_safe()
    return SignAuditHeads(
        chains=DynamoAuditChains(clients.dynamodb(), settings.authority_table),
        signer=KmsCertificateSigner(clients.kms(), settings.audit_key_arn),
        deployment_id=settings.deployment_id,
        clock=clock.now,
    )
