"""AWS clients: one of each for the life of the process, made when first needed."""

from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from gatehouse.wiring import aws_clients

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from gatehouse.aws.wire.endpoints import Patience


def _config(patience: "Patience") -> Config:
    return Config(
        connect_timeout=patience.connect_seconds,
        read_timeout=patience.read_seconds,
        retries={"mode": "standard", "total_max_attempts": patience.attempts},
    )


IMPATIENT: Final = _config(aws_clients.IMPATIENT)
PATIENT: Final = _config(aws_clients.PATIENT)


@cache
def dynamodb() -> "DynamoDBClient":
    """Return the client of both tables."""
    return boto3.client("dynamodb", config=IMPATIENT)


@cache
def secretsmanager() -> "SecretsManagerClient":
    """Return the client of the key ring and other secrets."""
    return boto3.client("secretsmanager", config=IMPATIENT)


@cache
def kms() -> "KMSClient":
    """Return the client that seals or opens tool secrets, whichever the function may."""
    return boto3.client("kms", config=IMPATIENT)


@cache
def functions() -> "LambdaClient":
    """Return the client through which dispatch is invoked; a retry could make a call twice."""
    return boto3.client("lambda", config=PATIENT)
