"""AWS clients: one of each for the life of the process, made when first needed."""

from functools import cache
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

# A caller waits: give up while there is time left to answer 503.
IMPATIENT: Final = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
)


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
    from gatehouse.aws.dispatcher import CONNECT_SECONDS, READ_SECONDS  # noqa: PLC0415

    patient = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return boto3.client("lambda", config=patient)
