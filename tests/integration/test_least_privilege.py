"""Each function runs under its own role, and what it must not do is refused there."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.stack import LocalStack

pytestmark = pytest.mark.stack

KEY = {"PK": {"S": "P#x"}, "SK": {"S": "META"}}
Action = Callable[[LocalStack, str], Any]


def get(table: str) -> Action:
    return lambda stack, noun: stack.as_role(noun, "dynamodb").get_item(
        TableName=stack.tables[table], Key=KEY
    )


def put(table: str) -> Action:
    return lambda stack, noun: stack.as_role(noun, "dynamodb").put_item(
        TableName=stack.tables[table], Item=KEY
    )


def scan(table: str) -> Action:
    return lambda stack, noun: stack.as_role(noun, "dynamodb").scan(TableName=stack.tables[table])


def delete(table: str) -> Action:
    return lambda stack, noun: stack.as_role(noun, "dynamodb").delete_item(
        TableName=stack.tables[table], Key=KEY
    )


def open_secret(stack: LocalStack, noun: str) -> Any:
    key = stack.outputs["SecretsKey"]
    made = stack.client("kms").generate_data_key(KeyId=key, KeySpec="AES_256")
    return stack.as_role(noun, "kms").decrypt(KeyId=key, CiphertextBlob=made["CiphertextBlob"])


def seal_secret(stack: LocalStack, noun: str) -> Any:
    key = stack.outputs["SecretsKey"]
    return stack.as_role(noun, "kms").generate_data_key(KeyId=key, KeySpec="AES_256")


def sign_tokens(letter: str) -> Action:
    def act(stack: LocalStack, noun: str) -> None:
        keys = stack.function("token")["Environment"]["Variables"]["SIGNING_KEYS"].split(",")
        stack.as_role(noun, "kms").sign(
            KeyId=keys["AB".index(letter)],
            Message=b"\0" * 32,
            MessageType="DIGEST",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )

    return act


def sign_receipts(stack: LocalStack, noun: str) -> Any:
    return stack.as_role(noun, "kms").sign(
        KeyId=stack.outputs["ReceiptKey"], Message=b"m", SigningAlgorithm="ECDSA_SHA_256"
    )


def show_receipt_key(stack: LocalStack, noun: str) -> Any:
    return stack.as_role(noun, "kms").get_public_key(KeyId=stack.outputs["ReceiptKey"])


def sign_ends(stack: LocalStack, noun: str) -> Any:
    return stack.as_role(noun, "kms").sign(
        KeyId=stack.outputs["AuditKey"], Message=b"m", SigningAlgorithm="ECDSA_SHA_256"
    )


def show_audit_key(stack: LocalStack, noun: str) -> Any:
    return stack.as_role(noun, "kms").get_public_key(KeyId=stack.outputs["AuditKey"])


def read_secret(output: str) -> Action:
    return lambda stack, noun: stack.as_role(noun, "secretsmanager").get_secret_value(
        SecretId=stack.outputs[output]
    )


def invoke_dispatch(stack: LocalStack, noun: str) -> Any:
    return stack.as_role(noun, "lambda").invoke(
        FunctionName=stack.function("dispatch")["FunctionArn"], Payload=b"{}"
    )


ACTIONS: dict[str, Action] = {
    "read Authority": get("authority"),
    "write Authority": put("authority"),
    "delete from Authority": delete("authority"),
    "scan Authority": scan("authority"),
    "read Activity": get("activity"),
    "write Activity": put("activity"),
    "delete from Activity": delete("activity"),
    "scan Activity": scan("activity"),
    "open secrets": open_secret,
    "seal secrets": seal_secret,
    "certify receipts": sign_receipts,
    "sign access tokens": sign_tokens("A"),
    "sign access tokens with the other key": sign_tokens("B"),
    "show the receipt key": show_receipt_key,
    "sign ends of the audit": sign_ends,
    "show the audit's key": show_audit_key,
    "read the key ring": read_secret("KeyRing"),
    "read the admin token": read_secret("AdminTokenSecret"),
    "read the secrets at providers": read_secret("OidcProvidersSecret"),
    "invoke dispatch": invoke_dispatch,
}
ALLOWED: dict[str, set[str]] = {
    "mcp": {
        "read Authority",
        "write Activity",
        "certify receipts",
        "read the key ring",
        "invoke dispatch",
    },
    "dispatch": {"read Activity", "write Activity", "open secrets", "certify receipts"},
    "token": {
        "read Authority",
        "read Activity",  # of it, on AWS, sessions and codes
        "write Activity",
        "sign access tokens",
        "sign access tokens with the other key",  # while the letter changes, versions of both serve
        "read the key ring",
    },
    "signin": {
        "read Authority",
        "write Authority",  # of it, on AWS, people and what invitations make of them
        "read Activity",
        "write Activity",
        "delete from Activity",  # of it, on AWS, sign-ins under way
        "read the secrets at providers",
    },
    "keys": {
        "read Authority",
        "write Authority",
        "delete from Authority",
        "read Activity",
        "write Activity",
        "seal secrets",
        "show the receipt key",
        "show the audit's key",
        "read the admin token",
        "invoke dispatch",
    },
    "console": {
        "read Authority",
        "write Authority",
        "delete from Authority",
        "read Activity",
        "write Activity",
        "seal secrets",
        "show the receipt key",
        "show the audit's key",
        "invoke dispatch",
    },
    "rotate": {"read the key ring"},
    "audit": {
        "read Authority",  # of it, on AWS, the audit alone, and to write its signed ends alone
        "write Authority",
        "sign ends of the audit",
    },
}


def is_denied(action: Action, stack: LocalStack, noun: str) -> bool:
    try:
        action(stack, noun)
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"]
    return False


@pytest.mark.parametrize("noun", sorted(ALLOWED))
@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_a_function_may_do_its_part_and_no_other(stack: LocalStack, noun: str, name: str) -> None:
    assert is_denied(ACTIONS[name], stack, noun) is (name not in ALLOWED[noun])
