"""What each function may do: the whole of it. Whatever is not listed here is refused."""

from collections.abc import Mapping
from typing import Final

Condition = Mapping[str, object]

VIA: Final[Condition] = {
    "StringEquals": {
        "kms:ViaService": [
            "dynamodb.eu-central-1.amazonaws.com",
            "secretsmanager.eu-central-1.amazonaws.com",
        ]
    }
}
VIA_SECRETS: Final[Condition] = {
    "StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"}
}
FOR_ONE_TOOL: Final[Condition] = {
    "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["project_id", "tool_id"]},
    "Null": {
        "kms:EncryptionContext:project_id": "false",
        "kms:EncryptionContext:tool_id": "false",
    },
}
WHO_WAS_SEEN: Final[Condition] = {
    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["P#*"]},
    "ForAllValues:StringEquals": {
        "dynamodb:Attributes": [
            "PK", "SK", "email", "roles", "first_seen", "last_seen",
        ]
    },
    "StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"},
}  # fmt: skip

OF_FUNCTIONS: Final[Condition] = {
    "ArnLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:eu-central-1:000000000000:function:*"}
}
"""What a function's code asks itself, and not Lambda in its name."""
ATTACHING: Final = frozenset(
    {
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    }
)
"""What the role of dispatch allows besides, on `*`, within a VPC alone; never to its code."""

COUNTS: Final[Condition] = {
    "ForAllValues:StringLike": {
        "dynamodb:LeadingKeys": [
            "LIMIT#source#*",
            "LIMIT#principal#*",
            "LIMIT#project#*",
            "LIMIT#integration#*",
            "CODE#*",
            "FAM#*",
            "RT#*",
            "OAC#*",
        ]
    },
}

KEYS_IN_USE: Final[Condition] = {
    "ForAllValues:StringLike": {
        "dynamodb:LeadingKeys": ["APP#*"],
        "dynamodb:Attributes": ["PK", "SK", "used_*"],
    },
    "StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"},
}
SIGN_INS: Final[Condition] = {
    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["CODE#*", "FAM#*", "RT#*", "OAC#*"]}
}
SESSIONS: Final[Condition] = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["FAM#*"]}}
ONLY_TOKENS: Final[Condition] = {
    "StringEquals": {
        "kms:MessageType": "DIGEST",
        "kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
    }
}

OF_PEOPLE: Final[Condition] = {
    "ForAllValues:StringLike": {
        "dynamodb:LeadingKeys": ["USER#*", "USERS", "IDP#*", "EMAIL#*", "P#*"]
    },
    "ForAllValues:StringEquals": {
        "dynamodb:Attributes": [
            "PK", "SK", "id", "user_id", "project_id", "provider", "subject", "email", "name",
            "is_active", "is_admin", "epoch", "created_at", "last_sign_in_at", "role",
            "custom_roles", "granted_by", "granted_at",
        ]
    },
}  # fmt: skip
NOTED_OF_PEOPLE: Final[Condition] = {
    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["USER#*", "INVITE#*"]},
    "ForAllValues:StringEquals": {
        "dynamodb:Attributes": [
            "PK", "SK", "email", "name", "last_sign_in_at", "used_at", "expires_at", "is_admin",
            "is_active", "epoch",
        ]
    },
    "StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"},
}  # fmt: skip
WHO_SIGNED_IN: Final[Condition] = {
    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["P#*"]},
    "ForAllValues:StringEquals": {
        "dynamodb:Attributes": [
            "PK", "SK", "email", "roles", "first_seen", "last_seen", "used_at", "expires_at",
            "owners",
        ]
    },
    "StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"},
}  # fmt: skip


def leading(*keys: str) -> Condition:
    """Items whose partition is one of these."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)}}


ONE_ALGORITHM: Final[Condition] = {"StringEquals": {"kms:SigningAlgorithm": "ECDSA_SHA_256"}}

ENDS: Final[Condition] = {
    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["AUDITS", "AUDIT#*", "AUDITHEAD#*"]}
}
STATEMENTS: Final[Condition] = {
    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["AUDITHEAD#*"]}
}
AUDIT: Final[Condition] = {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["AUDIT*"]}}
ANY_STATEMENT: Final[Condition] = {
    "ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["AUDITHEAD#*"]}
}

Allowed = dict[tuple[str, str], Condition | tuple[Condition, ...] | None]
"""Action and resource to the condition under which it is allowed, or to several, any of which."""

VERIFY: Final[Allowed] = {
    ("kms:GetPublicKey", "SigningKeyA.Arn"): None,
    ("kms:GetPublicKey", "SigningKeyB.Arn"): None,
}
AT_REST: Final[Allowed] = {("kms:Decrypt", "DataKey.Arn"): VIA}

MAY: Final[dict[str, Allowed]] = {
    "mcp": {
        ("dynamodb:BatchGetItem", "Authority.Arn"): None,
        ("dynamodb:GetItem", "Authority.Arn"): None,
        ("dynamodb:Query", "Authority.Arn"): None,
        ("dynamodb:PutItem", "Activity.Arn"): None,
        ("dynamodb:UpdateItem", "Activity.Arn"): None,
        ("secretsmanager:GetSecretValue", "KeyRing.Id"): None,
        ("dynamodb:BatchGetItem", "Activity.Arn"): SESSIONS,
        ("lambda:InvokeFunction", "DispatchFunction.Arn:*"): None,
        **VERIFY,
        ("kms:Sign", "ReceiptKey.Arn"): ONE_ALGORITHM,
        **AT_REST,
    },
    "dispatch": {
        ("kms:Decrypt", "SecretsKey.Arn"): FOR_ONE_TOOL,
        ("dynamodb:GetItem", "Activity.Arn"): None,
        ("dynamodb:PutItem", "Activity.Arn"): None,
        ("dynamodb:UpdateItem", "Activity.Arn"): None,
        ("kms:Sign", "ReceiptKey.Arn"): ONE_ALGORITHM,
        **AT_REST,
    },
    "token": {
        ("dynamodb:BatchGetItem", "Authority.Arn"): None,
        ("dynamodb:GetItem", "Authority.Arn"): None,
        ("dynamodb:Query", "Authority.Arn"): None,
        ("dynamodb:UpdateItem", "Authority.Arn"): (WHO_WAS_SEEN, KEYS_IN_USE),
        ("dynamodb:GetItem", "Activity.Arn"): SIGN_INS,
        ("dynamodb:PutItem", "Activity.Arn"): None,
        ("dynamodb:UpdateItem", "Activity.Arn"): COUNTS,
        ("secretsmanager:GetSecretValue", "KeyRing.Id"): None,
        ("kms:Sign", "SigningKeyA.Arn"): ONLY_TOKENS,
        ("kms:Sign", "SigningKeyB.Arn"): ONLY_TOKENS,
        **VERIFY,
        **AT_REST,
    },
    "signin": {
        ("dynamodb:BatchGetItem", "Authority.Arn"): None,
        ("dynamodb:GetItem", "Authority.Arn"): None,
        ("dynamodb:Query", "Authority.Arn"): None,
        ("dynamodb:ConditionCheckItem", "Authority.Arn"): None,
        ("dynamodb:PutItem", "Authority.Arn"): (OF_PEOPLE, leading("AUDIT#*", "AUDITS")),
        ("dynamodb:UpdateItem", "Authority.Arn"): (NOTED_OF_PEOPLE, WHO_SIGNED_IN),
        ("dynamodb:BatchGetItem", "Activity.Arn"): leading("FAM#*", "SESSIONS#*", "ASK#*", "OAC#*"),
        ("dynamodb:GetItem", "Activity.Arn"): leading("FAM#*", "SESSIONS#*", "ASK#*", "OAC#*"),
        ("dynamodb:Query", "Activity.Arn"): leading("FAM#*", "SESSIONS#*", "ASK#*", "OAC#*"),
        ("dynamodb:PutItem", "Activity.Arn"): leading(
            "FAM#*", "SESSIONS#*", "TXN#*", "ASK#*", "CODE#*", "SIGNIN#*"
        ),
        ("dynamodb:UpdateItem", "Activity.Arn"): leading("LIMIT#source#*", "FAM#*", "ASK#*"),
        ("dynamodb:DeleteItem", "Activity.Arn"): leading("TXN#*", "ASK#*"),
        ("secretsmanager:GetSecretValue", "OidcProviders.Id"): None,
        **AT_REST,
    },
    "keys": {
        ("dynamodb:BatchGetItem", "Authority.Arn"): None,
        ("dynamodb:BatchWriteItem", "Authority.Arn"): None,
        ("dynamodb:ConditionCheckItem", "Authority.Arn"): None,
        ("dynamodb:DeleteItem", "Authority.Arn"): None,
        ("dynamodb:GetItem", "Authority.Arn"): None,
        ("dynamodb:PutItem", "Authority.Arn"): None,
        ("dynamodb:Query", "Authority.Arn"): None,
        ("dynamodb:UpdateItem", "Authority.Arn"): None,
        ("dynamodb:BatchGetItem", "Activity.Arn"): SESSIONS,
        ("dynamodb:GetItem", "Activity.Arn"): None,
        ("dynamodb:PutItem", "Activity.Arn"): None,
        ("dynamodb:Query", "Activity.Arn"): None,
        ("dynamodb:UpdateItem", "Activity.Arn"): None,
        ("kms:Encrypt", "SecretsKey.Arn"): FOR_ONE_TOOL,
        ("kms:GenerateDataKey", "SecretsKey.Arn"): FOR_ONE_TOOL,
        ("kms:GetPublicKey", "ReceiptKey.Arn"): None,
        ("kms:GetPublicKey", "AuditKey.Arn"): None,
        ("secretsmanager:GetSecretValue", "AdminToken.Id"): None,
        ("lambda:InvokeFunction", "DispatchFunction.Arn:*"): None,
        **VERIFY,
        **AT_REST,
    },
    "console": {
        ("dynamodb:BatchGetItem", "Authority.Arn"): None,
        ("dynamodb:BatchWriteItem", "Authority.Arn"): None,
        ("dynamodb:ConditionCheckItem", "Authority.Arn"): None,
        ("dynamodb:DeleteItem", "Authority.Arn"): None,
        ("dynamodb:GetItem", "Authority.Arn"): None,
        ("dynamodb:PutItem", "Authority.Arn"): None,
        ("dynamodb:Query", "Authority.Arn"): None,
        ("dynamodb:UpdateItem", "Authority.Arn"): None,
        ("dynamodb:BatchGetItem", "Activity.Arn"): SESSIONS,
        ("dynamodb:GetItem", "Activity.Arn"): None,
        ("dynamodb:PutItem", "Activity.Arn"): None,
        ("dynamodb:Query", "Activity.Arn"): None,
        ("dynamodb:UpdateItem", "Activity.Arn"): None,
        ("kms:Encrypt", "SecretsKey.Arn"): FOR_ONE_TOOL,
        ("kms:GenerateDataKey", "SecretsKey.Arn"): FOR_ONE_TOOL,
        ("kms:GetPublicKey", "ReceiptKey.Arn"): None,
        ("kms:GetPublicKey", "AuditKey.Arn"): None,
        ("lambda:InvokeFunction", "DispatchFunction.Arn:*"): None,
        **AT_REST,
    },
    "rotate": {
        ("secretsmanager:GetSecretValue", "KeyRing.Id"): None,
        ("secretsmanager:PutSecretValue", "KeyRing.Id"): None,
        ("secretsmanager:UpdateSecretVersionStage", "KeyRing.Id"): None,
        ("kms:Decrypt", "DataKey.Arn"): VIA_SECRETS,
        ("kms:GenerateDataKey", "DataKey.Arn"): VIA_SECRETS,
    },
    "audit": {
        ("dynamodb:GetItem", "Authority.Arn"): ENDS,
        ("dynamodb:Query", "Authority.Arn"): ENDS,
        ("dynamodb:PutItem", "Authority.Arn"): STATEMENTS,
        ("kms:Sign", "AuditKey.Arn"): ONE_ALGORITHM,
        **AT_REST,
    },
}

_AUDITED: Final[Allowed] = {
    ("dynamodb:BatchWriteItem", "Authority.Arn"): AUDIT,
    ("dynamodb:DeleteItem", "Authority.Arn"): AUDIT,
    ("dynamodb:UpdateItem", "Authority.Arn"): AUDIT,
    ("dynamodb:PutItem", "Authority.Arn"): ANY_STATEMENT,
}
NEVER: Final[dict[str, Allowed]] = {"keys": _AUDITED, "console": _AUDITED}
"""What is refused although `MAY` allows it, in real accounts."""
