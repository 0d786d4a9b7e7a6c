"""The services and operations that there are, with boto3's names, parameters and answers."""

from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote

from gatehouse.aws.wire.client import ServiceClient, Surroundings, metadata, refusal
from gatehouse.aws.wire.json_protocol import JsonClient, error_document

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from mypy_boto3_dynamodb import type_defs as dynamodb
    from mypy_boto3_kms import type_defs as kms
    from mypy_boto3_lambda import type_defs as functions
    from mypy_boto3_secretsmanager import type_defs as secrets

    from gatehouse.aws.wire.answers import Answer
    from gatehouse.aws.wire.endpoints import Patience

_FAILED: Final = 300


class WireDynamoDb:
    """Keeps `DynamoDb`."""

    def __init__(self, patience: "Patience", around: Surroundings) -> None:
        service = ServiceClient("dynamodb", patience, around)
        self._client = JsonClient(
            service,
            version="1.0",
            target="DynamoDB_20120810",
            blobs=frozenset(),
            alike=frozenset({"BatchGetItem"}),
        )

    def batch_get_item(
        self, **asked: "Unpack[dynamodb.BatchGetItemInputTypeDef]"
    ) -> "dynamodb.BatchGetItemOutputTypeDef":
        """Read items of any tables."""
        said = self._client.call("BatchGetItem", asked)
        return cast("dynamodb.BatchGetItemOutputTypeDef", said)

    def get_item(
        self, **asked: "Unpack[dynamodb.GetItemInputTypeDef]"
    ) -> "dynamodb.GetItemOutputTypeDef":
        """Read one item."""
        return cast("dynamodb.GetItemOutputTypeDef", self._client.call("GetItem", asked))

    def query(self, **asked: "Unpack[dynamodb.QueryInputTypeDef]") -> "dynamodb.QueryOutputTypeDef":
        """Read items of one partition."""
        return cast("dynamodb.QueryOutputTypeDef", self._client.call("Query", asked))

    def put_item(
        self, **asked: "Unpack[dynamodb.PutItemInputTypeDef]"
    ) -> "dynamodb.PutItemOutputTypeDef":
        """Write one item."""
        return cast("dynamodb.PutItemOutputTypeDef", self._client.call("PutItem", asked))

    def update_item(
        self, **asked: "Unpack[dynamodb.UpdateItemInputTypeDef]"
    ) -> "dynamodb.UpdateItemOutputTypeDef":
        """Change one item."""
        return cast("dynamodb.UpdateItemOutputTypeDef", self._client.call("UpdateItem", asked))

    def begin_update_item(
        self, **asked: "Unpack[dynamodb.UpdateItemInputTypeDef]"
    ) -> "Callable[[], object]":
        """Begin to change an item; what is returned waits for the answer, and must be called."""
        return self._client.begin("UpdateItem", asked)


class WireKms:
    """Keeps `Kms`."""

    def __init__(self, patience: "Patience", around: Surroundings) -> None:
        blobs = frozenset({"CiphertextForRecipient", "Plaintext", "PublicKey", "Signature"})
        service = ServiceClient("kms", patience, around)
        self._client = JsonClient(service, version="1.1", target="TrentService", blobs=blobs)

    def decrypt(self, **asked: "Unpack[kms.DecryptRequestTypeDef]") -> "kms.DecryptResponseTypeDef":
        """Unwrap a data key."""
        return cast("kms.DecryptResponseTypeDef", self._client.call("Decrypt", asked))

    def sign(self, **asked: "Unpack[kms.SignRequestTypeDef]") -> "kms.SignResponseTypeDef":
        """Sign a message or a digest."""
        return cast("kms.SignResponseTypeDef", self._client.call("Sign", asked))

    def get_public_key(
        self, **asked: "Unpack[kms.GetPublicKeyRequestTypeDef]"
    ) -> "kms.GetPublicKeyResponseTypeDef":
        """Read the public half of a key."""
        return cast("kms.GetPublicKeyResponseTypeDef", self._client.call("GetPublicKey", asked))


class WireSecretsManager:
    """Keeps `SecretsManager`."""

    def __init__(self, patience: "Patience", around: Surroundings) -> None:
        service = ServiceClient("secretsmanager", patience, around)
        self._client = JsonClient(
            service, version="1.1", target="secretsmanager", blobs=frozenset({"SecretBinary"})
        )

    def get_secret_value(
        self, **asked: "Unpack[secrets.GetSecretValueRequestTypeDef]"
    ) -> "secrets.GetSecretValueResponseTypeDef":
        """Read a version of a secret."""
        said = self._client.call("GetSecretValue", asked)
        created = said.get("CreatedDate")
        if isinstance(created, int | float):
            said["CreatedDate"] = datetime.fromtimestamp(created, UTC)
        return cast("secrets.GetSecretValueResponseTypeDef", said)


class WireFunctions:
    """Keeps `Functions`."""

    def __init__(self, patience: "Patience", around: Surroundings) -> None:
        self._client = ServiceClient("lambda", patience, around)

    def invoke(
        self, **asked: "Unpack[functions.InvocationRequestTypeDef]"
    ) -> "functions.InvocationResponseTypeDef":
        """Run a function; never twice, so nothing is sent again that may have come through."""
        if unknown := asked.keys() - {"FunctionName", "InvocationType", "Payload"}:
            raise TypeError(f"{sorted(unknown)} cannot be sent")
        payload = asked.get("Payload", b"")
        if not isinstance(payload, bytes):
            raise TypeError("A payload is bytes")
        said = self._client.post(
            _invocations(asked["FunctionName"]),
            [
                ("Content-Type", "application/json"),
                ("X-Amz-Invocation-Type", asked.get("InvocationType", "RequestResponse")),
            ],
            payload,
            read=_read_invocation,
            is_repeatable=False,
        )
        return cast("functions.InvocationResponseTypeDef", said)


@lru_cache(maxsize=8)
def _invocations(function: str) -> str:
    """Return the path of a function's invocations."""
    return f"/2015-03-31/functions/{quote(function, safe='-._~')}/invocations"


def _read_invocation(answer: "Answer") -> dict[str, object]:
    if answer.status >= _FAILED:
        document = error_document(answer.body)
        code = answer.headers.get("x-amzn-errortype") or document.get("code")
        raise refusal(answer, code, document)
    said: dict[str, object] = {
        "StatusCode": answer.status,
        "Payload": BytesIO(answer.body),
        "ResponseMetadata": metadata(answer),
    }
    if failed := answer.headers.get("x-amz-function-error"):
        said["FunctionError"] = failed
    return said
