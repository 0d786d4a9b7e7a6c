"""What AWS's failures say of the service that failed, whichever client met them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from gatehouse.aws.failures import translated
from gatehouse.aws.wire.client import surroundings
from gatehouse.aws.wire.endpoints import Patience
from gatehouse.aws.wire.services import WireDynamoDb, WireKms
from gatehouse.domain.errors import Unavailable

REFUSED: Any = {"Error": {"Code": "InternalServerError", "Message": ""}}


def service_of(error: Exception) -> str | None:
    with pytest.raises(Unavailable) as raised, translated():
        raise error
    return raised.value.service


@pytest.mark.parametrize(
    ("operation", "service"),
    [
        ("TransactWriteItems", "dynamodb"),
        ("GetItem", "dynamodb"),
        ("GenerateDataKey", "kms"),
        ("Sign", "kms"),
        ("GetSecretValue", "secretsmanager"),
        ("Invoke", "lambda"),
    ],
)
def test_boto3_tells_it_by_the_operation(operation: str, service: str) -> None:
    assert service_of(ClientError(REFUSED, operation)) == service


@pytest.mark.parametrize("service", ["dynamodb", "kms"])
def test_boto3_tells_it_by_the_address_that_did_not_answer(service: str) -> None:
    url = f"https://{service}.eu-central-1.amazonaws.com/"

    assert service_of(EndpointConnectionError(endpoint_url=url)) == service


def test_our_own_client_says_it_itself() -> None:
    around = surroundings(
        {
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",  # discard: nobody listens
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
        },
        lambda: 1_700_000_000,
    )
    patience = Patience(connect_seconds=1, read_seconds=1, attempts=1)

    with pytest.raises(Unavailable) as raised, translated():
        WireDynamoDb(patience, around).get_item(TableName="t", Key={})
    assert raised.value.service == "dynamodb"
    with pytest.raises(Unavailable) as raised, translated():
        WireKms(patience, around).get_public_key(KeyId="k")
    assert raised.value.service == "kms"
