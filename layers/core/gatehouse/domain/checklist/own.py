"""What the three documents do not ask because it is ours: tables, keys and logs in AWS."""

from functools import partial
from typing import Final

from gatehouse.domain.checklist import outside_rules as outside
from gatehouse.domain.checklist.commands import deploy
from gatehouse.domain.checklist.items import Document, Item, Measured

_item = partial(Item, document=Document.OWN)

ITEMS: Final = (
    _item(
        id="tables-recoverable",
        place="tables 1",
        says="Each table can be restored to any moment of the last weeks",
        risk="A mistake in the data is for ever",
        fix="Switch point-in-time recovery on",
        command="aws dynamodb update-continuous-backups --table-name TABLE "
        "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
        known=Measured(outside=outside.tables_are_recoverable),
    ),
    _item(
        id="tables-protected",
        place="tables 2",
        says="No table can be deleted by mistake",
        risk="One command takes everything",
        fix="Switch deletion protection on",
        command="aws dynamodb update-table --table-name TABLE --deletion-protection-enabled",
        known=Measured(outside=outside.tables_are_protected),
    ),
    _item(
        id="tables-encrypted",
        place="tables 3",
        says="Each table is encrypted with a key of the deployment's own",
        risk="Who may read it cannot be decided, or seen, by the key",
        fix="Encrypt the table with the stack's DataKey",
        command="aws dynamodb update-table --table-name TABLE "
        "--sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=KEY_ARN",
        known=Measured(outside=outside.tables_are_encrypted),
    ),
    _item(
        id="kms-keys-rotate",
        place="keys 1",
        says="KMS renews the keys that encrypt",
        risk="All that was ever encrypted hangs on one key",
        fix="Switch the key's rotation on",
        command="aws kms enable-key-rotation --key-id KEY_ARN",
        known=Measured(outside=outside.keys_rotate),
    ),
    _item(
        id="kms-keys-enabled",
        place="keys 2",
        says="No key is switched off or about to be deleted",
        risk="Secrets and tables cannot be opened any more",
        fix="Cancel the deletion, and enable the key",
        command="aws kms cancel-key-deletion --key-id KEY_ARN; aws kms enable-key --key-id KEY_ARN",
        known=Measured(outside=outside.keys_are_enabled),
    ),
    _item(
        id="api-throttled",
        place="operations 1",
        says="The API takes only so many requests a second",
        risk="A flood is paid for, to the last request",
        fix="Deploy with ThrottlingRateLimit",
        command=deploy(ThrottlingRateLimit="500"),
        known=Measured(outside=outside.requests_are_throttled),
    ),
    _item(
        id="logs-end",
        place="operations 2",
        says="Logs are deleted after a while",
        risk="Addresses of people are kept without a reason, and paid for",
        fix="Deploy with LogRetentionDays",
        command=deploy(LogRetentionDays="30"),
        known=Measured(outside=outside.logs_end),
    ),
)
