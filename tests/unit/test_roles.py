"""Each role of the translated template allows exactly what `tests.roles` declares."""

import re
from fnmatch import fnmatchcase
from itertools import product
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gatehouse.aws.members import DynamoSeenMembers
from gatehouse.domain.members import MemberIdentity
from tests.cloud import Json, role_of, translated
from tests.roles import ATTACHING, FOR_ONE_TOOL, MAY, NEVER, OF_FUNCTIONS, WHO_WAS_SEEN, Allowed

LOGS_ONLY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def statements(noun: str, stage: str, **parameters: str) -> list[Json]:
    policies = role_of(noun, stage, **parameters)["Policies"]
    return [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def allowed(noun: str, stage: str) -> Allowed:
    return effective(noun, stage, "Allow")


def effective(noun: str, stage: str, effect: str) -> Allowed:
    """Return what the statements of one effect name."""
    found: Allowed = {}
    for statement in statements(noun, stage):
        assert statement["Effect"] in {"Allow", "Deny"}
        if statement["Effect"] != effect:
            continue
        actions = statement["Action"]
        for action, resource in product(as_list(actions), as_list(statement["Resource"])):
            condition = statement.get("Condition")
            before = found.setdefault((action, resource), condition)
            if before != condition:
                found[action, resource] = (cast("Any", before), condition)
    return found


@pytest.mark.parametrize("noun", sorted(MAY))
@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_a_role_allows_what_is_declared_and_nothing_else(noun: str, stage: str) -> None:
    assert allowed(noun, stage) == MAY[noun]


@pytest.mark.parametrize("noun", sorted(MAY))
def test_locally_a_role_differs_in_conditions_and_the_data_key_alone(noun: str) -> None:
    """The local AWS evaluates neither; with the data key nothing could be opened directly there."""
    expected = {
        (action, resource): None
        for action, resource in MAY[noun]
        if not resource.startswith("DataKey")
    }

    assert allowed(noun, "local") == expected


@pytest.mark.parametrize("noun", sorted(MAY))
@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_a_role_refuses_what_is_declared(noun: str, stage: str) -> None:
    assert effective(noun, stage, "Deny") == NEVER.get(noun, {})
    assert effective(noun, "local", "Deny") == {}, "without its condition it would refuse all"


def admits(condition: Any, key: str) -> bool:
    """Say whether a condition holds for a request about the partition `key` alone."""
    patterns = [
        pattern
        for operator, operands in (condition or {}).items()
        if operator.endswith("StringLike")
        for pattern in operands.get("dynamodb:LeadingKeys", ["*"])
    ]
    return not patterns or any(fnmatchcase(key, pattern) for pattern in patterns)


def writers(key: str) -> set[tuple[str, str]]:
    """Return who may write items of a partition of Authority, and how."""
    return {
        (noun, action.removeprefix("dynamodb:"))
        for noun in MAY
        for (action, resource), conditions in allowed(noun, "prod").items()
        if resource == "Authority.Arn" and re.search("Put|Update|Delete|Write", action)
        if any(admits(c, key) for c in as_conditions(conditions))
        and not any(
            admits(c, key) for c in as_conditions(NEVER.get(noun, {}).get((action, resource), ()))
        )
    }


def as_conditions(conditions: Any) -> tuple[Any, ...]:
    return conditions if isinstance(conditions, tuple) else (conditions,)


def test_nobody_updates_or_deletes_what_is_in_the_audit() -> None:
    assert writers("AUDIT#Samp1ePr") == {
        ("console", "PutItem"),
        ("keys", "PutItem"),
        ("signin", "PutItem"),
    }
    assert writers("AUDIT#deployment") == writers("AUDITS") == writers("AUDIT#Samp1ePr")


def test_who_writes_entries_can_state_no_ends_and_who_states_them_writes_no_entry() -> None:
    assert writers("AUDITHEAD#Samp1ePr") == {("audit", "PutItem")}
    assert {noun for noun, _ in writers("AUDIT#Samp1ePr")} & {"audit"} == set()
    assert ("keys", "DeleteItem") in writers("P#Samp1ePr"), "the test would see nothing"


@pytest.mark.parametrize("noun", sorted(MAY))
def test_a_role_is_assumed_by_lambda_alone_and_may_write_logs(noun: str) -> None:
    role = role_of(noun, "prod")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"] == {"Service": ["lambda.amazonaws.com"]}
    assert trust["Action"] == ["sts:AssumeRole"]
    assert role["ManagedPolicyArns"] == [LOGS_ONLY]


def test_in_a_vpc_lambda_attaches_dispatch_and_nothing_else_changes() -> None:
    vpc = {"VpcSubnetIds": "subnet-0a1b2c3d,subnet-4e5f6a7b", "VpcSecurityGroupIds": "sg-0a1b2c3d"}
    *others, attach, deny = statements("dispatch", "prod", **vpc)

    assert others == statements("dispatch", "prod")
    assert (attach["Effect"], deny["Effect"]) == ("Allow", "Deny")
    assert set(attach["Action"]) == set(deny["Action"]) == ATTACHING
    assert attach["Resource"] == deny["Resource"] == "*"
    assert "Condition" not in attach
    assert deny["Condition"] == OF_FUNCTIONS
    for noun in sorted(MAY.keys() - {"dispatch"}):
        assert role_of(noun, "prod", **vpc) == role_of(noun, "prod")
    functions = {n: r for n, r in translated("prod", **vpc).items() if n.endswith("Function")}
    attached = {
        n: r["Properties"]["VpcConfig"]
        for n, r in functions.items()
        if "VpcConfig" in r["Properties"]
    }
    assert attached == {
        "DispatchFunction": {
            "SubnetIds": ["subnet-0a1b2c3d", "subnet-4e5f6a7b"],
            "SecurityGroupIds": ["sg-0a1b2c3d"],
        }
    }


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_without_a_vpc_nothing_of_it_is_there(stage: str) -> None:
    assert "ec2:" not in repr(translated(stage))
    assert "VpcConfig" not in translated(stage)["DispatchFunction"]["Properties"]


@pytest.mark.parametrize("letter", "AB")
def test_one_function_signs_tokens_and_with_the_active_key_alone(letter: str) -> None:
    signing = {
        (noun, resource)
        for noun in MAY
        for statement in statements(noun, "prod", ActiveSigningKey=letter)
        for resource in as_list(statement["Resource"])
        if "kms:Sign" in as_list(statement["Action"])
        and resource not in {"ReceiptKey.Arn", "AuditKey.Arn"}
    }
    assert signing == {("token", "SigningKeyA.Arn"), ("token", "SigningKeyB.Arn")}
    token = translated("prod", ActiveSigningKey=letter)["TokenFunction"]["Properties"]
    assert token["Environment"]["Variables"]["SIGNING_KEY"] == f"SigningKey{letter}.Arn"


def test_with_keys_of_their_own_the_first_seals_and_each_opens() -> None:
    new, former = (f"arn:aws:kms:eu-central-1:000000000000:key/{name}" for name in ("new", "old"))
    moved = f"{new},{former}"

    def resources(noun: str, action: str) -> list[Any]:
        policies = role_of(noun, "prod", SecretsKeyArns=moved)["Policies"]
        return [
            statement["Resource"]
            for policy in policies
            for statement in policy["PolicyDocument"]["Statement"]
            if action in statement["Action"] and statement.get("Condition") == FOR_ONE_TOOL
        ]

    assert resources("keys", "kms:GenerateDataKey") == ["SecretsKey.Arn", [new, former]]
    assert resources("keys", "kms:Decrypt") == []
    assert resources("dispatch", "kms:Decrypt") == ["SecretsKey.Arn", [new, former]]
    functions = translated("prod", SecretsKeyArns=moved)
    variables = {
        noun: functions[f"{noun}Function"]["Properties"]["Environment"]["Variables"]
        for noun in ("Dispatch", "Keys")
    }
    assert variables["Keys"]["SECRETS_KEY_ARN"] == new
    assert variables["Dispatch"]["OTHER_SECRETS_KEYS"] == moved


def test_every_function_has_a_row_in_the_matrix() -> None:
    roles = {n for n, r in translated("prod").items() if r["Type"] == "AWS::IAM::Role"}

    assert roles - {"CodeDeployServiceRole"} == {f"{n.capitalize()}FunctionRole" for n in MAY}


def test_who_shifts_requests_to_new_versions_may_what_aws_says_it_must_and_no_more() -> None:
    role = translated("prod")["CodeDeployServiceRole"]["Properties"]

    assert role["ManagedPolicyArns"] == [
        "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda"
    ]
    assert "Policies" not in role
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": ["codedeploy.amazonaws.com"]}


def test_no_role_but_that_of_dispatch_opens_tool_secrets() -> None:
    opening = {noun for noun in MAY if ("kms:Decrypt", "SecretsKey.Arn") in allowed(noun, "prod")}

    assert opening == {"dispatch"}


def test_who_states_where_the_audit_ends_signs_nothing_else_and_nobody_else_does() -> None:
    with_the_key = {
        (noun, action)
        for noun in MAY
        for action, resource in allowed(noun, "prod")
        if resource == "AuditKey.Arn"
    }
    assert with_the_key == {
        ("audit", "kms:Sign"),
        ("console", "kms:GetPublicKey"),
        ("keys", "kms:GetPublicKey"),
    }
    signing = {resource for action, resource in allowed("audit", "prod") if action == "kms:Sign"}
    assert signing == {"AuditKey.Arn"}


def test_who_certifies_receipts_can_sign_nothing_else_and_who_shows_the_key_nothing() -> None:
    signing = {
        (noun, action, resource)
        for noun in MAY
        for action, resource in allowed(noun, "prod")
        if resource == "ReceiptKey.Arn" or (action == "kms:Sign" and noun not in {"token", "audit"})
    }

    assert signing == {
        ("mcp", "kms:Sign", "ReceiptKey.Arn"),
        ("dispatch", "kms:Sign", "ReceiptKey.Arn"),
        ("console", "kms:GetPublicKey", "ReceiptKey.Arn"),
        ("keys", "kms:GetPublicKey", "ReceiptKey.Arn"),
    }


@pytest.mark.parametrize(
    "member",
    [
        MemberIdentity(external_id="user-1"),
        MemberIdentity(external_id="user-1", email="ada@example.com", roles=("support",)),
    ],
)
def test_remembering_a_member_touches_the_allowed_attributes_alone(member: MemberIdentity) -> None:
    """The local AWS does not evaluate `dynamodb:Attributes`; an account would refuse the update."""
    sent: Json = {}
    client = SimpleNamespace(update_item=lambda **parameters: sent.update(parameters))

    DynamoSeenMembers(cast("Any", client), "table").upsert("Samp1ePr", member, now=1)

    names = sent.get("ExpressionAttributeNames", {})
    words = re.findall(r"#?[a-z_]{4,}", sent["UpdateExpression"])
    touched = {names.get(word, word) for word in words} - {"if_not_exists"} | sent["Key"].keys()
    condition = WHO_WAS_SEEN["ForAllValues:StringEquals"]
    assert touched <= set(cast("Json", condition)["dynamodb:Attributes"])
    assert {"first_seen", "last_seen", "PK", "SK", "email", "roles"} == touched
    assert sent["ReturnValues"] == "NONE"


def test_no_role_may_scan_or_use_a_wildcard() -> None:
    for noun in MAY:
        for action, resource in allowed(noun, "prod"):
            # Of dispatch any version: each caller asks for the one it was deployed with.
            assert "*" not in action + resource.removesuffix("DispatchFunction.Arn:*")
            assert action != "dynamodb:Scan"


def test_the_keys_leave_the_decision_to_these_roles() -> None:
    for name in ("SecretsKey", "DataKey", "SigningKeyA", "SigningKeyB", "ReceiptKey", "AuditKey"):
        (statement,) = translated("prod")[name]["Properties"]["KeyPolicy"]["Statement"]
        assert statement["Principal"] == {"AWS": "arn:aws:iam::000000000000:root"}


def test_only_secrets_manager_may_call_rotate_and_only_for_the_key_ring() -> None:
    permission = translated("prod")["RotatePermission"]["Properties"]

    assert permission["Principal"] == "secretsmanager.amazonaws.com"
    assert permission["SourceArn"] == "KeyRing.Id"
    assert permission["SourceAccount"] == "000000000000"


def test_only_the_api_may_call_the_public_functions_and_nobody_dispatch() -> None:
    callers: dict[str, set[str]] = {}
    for resource in translated("prod").values():
        if resource["Type"] == "AWS::Lambda::Permission":
            properties = resource["Properties"]
            function = properties["FunctionName"].removesuffix(".Arn")
            callers.setdefault(function, set()).add(properties["Principal"])

    assert callers == {
        "McpFunctionAliaslive": {"apigateway.amazonaws.com"},
        "TokenFunctionAliaslive": {"apigateway.amazonaws.com"},
        "SigninFunctionAliaslive": {"apigateway.amazonaws.com"},
        "KeysFunctionAliaslive": {"apigateway.amazonaws.com"},
        "ConsoleFunctionAliaslive": {"apigateway.amazonaws.com"},
        "RotateFunction": {"secretsmanager.amazonaws.com"},
        "AuditFunction": {"events.amazonaws.com"},
    }
