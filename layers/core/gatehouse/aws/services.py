"""The AWS operations that `mcp` and `dispatch` use, as protocols.

boto3's clients keep them, and so do those of `gatehouse.aws.wire`. An adapter that does more than
these functions need names boto3's client itself.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import Unpack

    from mypy_boto3_dynamodb import type_defs as dynamodb
    from mypy_boto3_kms import type_defs as kms
    from mypy_boto3_lambda import type_defs as functions
    from mypy_boto3_secretsmanager import type_defs as secrets


class DynamoDb(Protocol):
    """Both tables."""

    def __hash__(self) -> int:
        """Tell clients apart, as what is kept for one of them."""
        ...

    def batch_get_item(
        self, **asked: "Unpack[dynamodb.BatchGetItemInputTypeDef]"
    ) -> "dynamodb.BatchGetItemOutputTypeDef":
        """Read items of any tables."""
        ...

    def get_item(
        self, **asked: "Unpack[dynamodb.GetItemInputTypeDef]"
    ) -> "dynamodb.GetItemOutputTypeDef":
        """Read one item."""
        ...

    def query(self, **asked: "Unpack[dynamodb.QueryInputTypeDef]") -> "dynamodb.QueryOutputTypeDef":
        """Read items of one partition."""
        ...

    def put_item(
        self, **asked: "Unpack[dynamodb.PutItemInputTypeDef]"
    ) -> "dynamodb.PutItemOutputTypeDef":
        """Write one item."""
        ...

    def update_item(
        self, **asked: "Unpack[dynamodb.UpdateItemInputTypeDef]"
    ) -> "dynamodb.UpdateItemOutputTypeDef":
        """Change one item."""
        ...


class Kms(Protocol):
    """Keys that never leave KMS."""

    def decrypt(self, **asked: "Unpack[kms.DecryptRequestTypeDef]") -> "kms.DecryptResponseTypeDef":
        """Unwrap a data key."""
        ...

    def sign(self, **asked: "Unpack[kms.SignRequestTypeDef]") -> "kms.SignResponseTypeDef":
        """Sign a message or a digest."""
        ...

    def get_public_key(
        self, **asked: "Unpack[kms.GetPublicKeyRequestTypeDef]"
    ) -> "kms.GetPublicKeyResponseTypeDef":
        """Read the public half of a key."""
        ...


class SecretsManager(Protocol):
    """Secrets, such as the key ring."""

    def get_secret_value(
        self, **asked: "Unpack[secrets.GetSecretValueRequestTypeDef]"
    ) -> "secrets.GetSecretValueResponseTypeDef":
        """Read a version of a secret."""
        ...


class Functions(Protocol):
    """Lambda."""

    def invoke(
        self, **asked: "Unpack[functions.InvocationRequestTypeDef]"
    ) -> "functions.InvocationResponseTypeDef":
        """Run a function."""
        ...
