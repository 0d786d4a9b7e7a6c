"""template.yaml holds together: settings, events, retention, rules, limits."""

import ast
import inspect
import json
import re
import tomllib
from pathlib import Path

import pytest

from gatehouse.settings import Settings
from tests.cloud import ROOT, Json, source, translated
from tests.roles import MAY

NOUNS = sorted(MAY)
EVENTS = ROOT / "events"


def variables(noun: str) -> Json:
    function = translated("prod")[f"{noun.capitalize()}Function"]["Properties"]
    found: Json = function["Environment"]["Variables"]
    return found


def resources(kind: str, stage: str = "prod") -> dict[str, Json]:
    return {n: r for n, r in translated(stage).items() if r["Type"] == kind}


def settings_read() -> set[str]:
    """Every name in capitals that settings.py spells; those of AWS_ are Lambda's to give."""
    tree = ast.parse(inspect.getsource(inspect.getmodule(Settings) or Settings))
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    return {t for t in texts if isinstance(t, str) and re.fullmatch(r"(?!AWS_)[A-Z]+(_[A-Z]+)*", t)}


def test_every_variable_is_read_by_settings_and_every_setting_is_given() -> None:
    given = {name for noun in NOUNS for name in variables(noun)}

    assert given - {"POWERTOOLS_SERVICE_NAME"} == settings_read()


@pytest.mark.parametrize("noun", NOUNS)
def test_a_function_is_a_folder_with_one_handler_and_needs_no_build(noun: str) -> None:
    function = source()["Resources"][f"{noun.capitalize()}Function"]

    assert function["Properties"]["CodeUri"] == f"functions/{noun}/"
    assert function["Metadata"] == {"SkipBuild": True}
    assert (ROOT / "functions" / noun / "app.py").is_file()


def test_every_function_folder_is_in_the_template() -> None:
    assert sorted(p.parent.name for p in (ROOT / "functions").glob("*/app.py")) == NOUNS


@pytest.mark.parametrize("noun", NOUNS)
def test_sam_local_invoke_gets_the_variables_of_the_template(noun: str) -> None:
    env = json.loads((EVENTS / "env.json").read_text())

    assert env[f"{noun.capitalize()}Function"].keys() == variables(noun).keys()


@pytest.mark.parametrize("noun", NOUNS)
def test_every_function_has_sample_events(noun: str) -> None:
    files = list((EVENTS / noun).glob("*.json"))

    assert files
    for file in files:
        assert isinstance(json.loads(file.read_text()), dict)


def test_every_folder_of_events_belongs_to_a_function() -> None:
    assert sorted(p.name for p in EVENTS.iterdir() if p.is_dir()) == NOUNS


def test_samples_hold_no_credential_but_the_made_up_ones() -> None:
    samples = json.loads((EVENTS / "samples.json").read_text()).values()

    for file in EVENTS.glob("*/*.json"):
        found = re.findall(r"tengine_[0-9A-Za-z]{40,}|tng_mst_[\w.-]+", file.read_text())
        assert set(found) <= set(samples), file


def test_every_function_logs_to_a_group_that_forgets() -> None:
    groups = {
        n for n, g in resources("AWS::Logs::LogGroup").items() if g["Properties"]["RetentionInDays"]
    }

    for function in resources("AWS::Lambda::Function").values():
        assert function["Properties"]["LoggingConfig"]["LogGroup"] in groups
    assert "AccessLogs" in groups


@pytest.mark.parametrize(
    "kind", ["AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret"]
)
def test_what_cannot_be_made_again_is_retained(kind: str) -> None:
    found = resources(kind)

    assert len(found) >= 2
    for resource in found.values():
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_tables_are_protected_encrypted_and_restorable() -> None:
    for table in resources("AWS::DynamoDB::Table").values():
        properties = table["Properties"]
        assert properties["DeletionProtectionEnabled"] is True
        assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert properties["SSESpecification"]["KMSMasterKeyId"] == "DataKey.Arn"
        assert properties["BillingMode"] == "PAY_PER_REQUEST"


def test_only_activity_expires() -> None:
    tables = resources("AWS::DynamoDB::Table")

    assert "TimeToLiveSpecification" not in tables["Authority"]["Properties"]
    assert tables["Activity"]["Properties"]["TimeToLiveSpecification"] == {
        "AttributeName": "ttl",
        "Enabled": True,
    }


def test_secrets_are_generated_encrypted_and_the_key_ring_rotates() -> None:
    for secret in resources("AWS::SecretsManager::Secret").values():
        assert secret["Properties"]["KmsKeyId"] == "DataKey.Arn"
        written = secret["Properties"].get("SecretString")  # by hand: it holds nothing yet
        assert written == '{"providers": []}' or (
            secret["Properties"]["GenerateSecretString"]["PasswordLength"] >= 48
        )
    (rotation,) = resources("AWS::SecretsManager::RotationSchedule").values()
    assert rotation["Properties"]["SecretId"] == "KeyRing.Id"
    assert rotation["Properties"]["RotationLambdaARN"] == "RotateFunction.Arn"


def test_keys_rotate() -> None:
    for key in resources("AWS::KMS::Key").values():
        if key["Properties"].get("KeyUsage") != "SIGN_VERIFY":  # those rotate by their letter
            assert key["Properties"]["EnableKeyRotation"] is True


def test_two_keys_sign_tokens_in_turn() -> None:
    keys = resources("AWS::KMS::Key")
    pair = [keys[name]["Properties"] for name in ("SigningKeyA", "SigningKeyB")]
    assert [key["KeySpec"] for key in pair] == ["RSA_2048"] * 2
    for noun in ("mcp", "token", "keys"):
        assert variables(noun)["SIGNING_KEYS"] == "SigningKeyA.Arn,SigningKeyB.Arn"


def test_each_part_gives_up_before_the_one_that_waits_for_it() -> None:
    """An integration of an HTTP API ends at 30 s."""
    timeouts = {
        noun: translated("prod")[f"{noun.capitalize()}Function"]["Properties"]["Timeout"]
        for noun in NOUNS
    }

    assert timeouts["dispatch"] < timeouts["mcp"] < 30
    assert timeouts["dispatch"] < timeouts["keys"] < 30
    assert timeouts["token"] < 30


def test_the_api_has_these_routes_and_no_cors_of_its_own() -> None:
    (api,) = resources("AWS::ApiGatewayV2::Api").values()
    body = api["Properties"]["Body"]
    routes = {
        (path, method.removeprefix("x-amazon-apigateway-").removesuffix("-method"))
        for path, methods in body["paths"].items()
        for method in methods
    }

    assert routes == {
        ("/mcp", "any"),
        ("/mcp/", "any"),
        ("/api/v1/mcp/session-token", "post"),
        ("/api/v1/mcp/session-token", "options"),
        ("/api/v1/{proxy+}", "any"),
        ("/admin/v1/{proxy+}", "any"),
        ("/.well-known/gatehouse/{proxy+}", "any"),
        ("/health", "get"),
        ("/.well-known/jwks.json", "any"),
        ("/.well-known/oauth-authorization-server", "any"),
        ("/.well-known/oauth-authorization-server/mcp", "any"),
        ("/.well-known/openid-configuration", "any"),
        ("/oauth/token", "any"),
        ("/api/v1/mcp-oauth/token", "any"),
        ("/oauth/revoke", "any"),
        ("/oauth/introspect", "any"),
        ("/oauth/register", "any"),
        ("/signin", "any"),
        ("/signin/{proxy+}", "any"),
        ("/signout", "any"),
        ("/oauth/authorize", "any"),
        ("/api/v1/mcp-oauth/authorize", "any"),
        ("/oauth/consent", "any"),
        ("/me", "any"),
        ("/me/{proxy+}", "any"),
        ("/console", "any"),
        ("/console/{proxy+}", "any"),
        ("$default", "any"),
    }
    assert "x-amazon-apigateway-cors" not in body


def test_the_stage_is_throttled_and_its_log_names_neither_path_nor_header() -> None:
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    properties = stage["Properties"]
    log_format = properties["AccessLogSettings"]["Format"]

    assert properties["DefaultRouteSettings"]["ThrottlingRateLimit"] > 0
    assert properties["DefaultRouteSettings"]["ThrottlingBurstLimit"] > 0
    assert not re.search(r"\$context\.(path|authorizer|identity\.user)|header", log_format)
    assert json.loads(log_format)["status"] == "$context.status"


def rule_refuses(**parameters: str) -> list[str]:
    """Evaluate the template's Rules as CloudFormation does; return those that refuse."""
    values = {n: str(p.get("Default", "")) for n, p in source()["Parameters"].items()} | parameters

    def holds(expression: Json) -> bool:
        ((name, arguments),) = expression.items()
        if name == "Fn::Not":
            return not holds(arguments[0])
        if name == "Fn::Or":
            return any(map(holds, arguments))
        assert name == "Fn::Equals"
        left, right = (values[a["Ref"]] if isinstance(a, dict) else a for a in arguments)
        return bool(left == right)

    return [
        name
        for name, rule in source()["Rules"].items()
        if holds(rule["RuleCondition"]) and not all(holds(a["Assert"]) for a in rule["Assertions"])
    ]


@pytest.mark.parametrize("stage", ["local", "dev", "staging", "prod"])
def test_the_defaults_are_accepted_in_each_stage(stage: str) -> None:
    assert rule_refuses(Stage=stage) == []


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_unverified_minting_is_refused_wherever_there_are_users(stage: str) -> None:
    refusing = rule_refuses(Stage=stage, AllowUnverifiedMemberSessionMinting="true")

    assert refusing == ["OnlyDevelopersMintUnverified"]


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_any_origin_is_refused_wherever_there_are_users(stage: str) -> None:
    assert rule_refuses(Stage=stage, AllowedOrigins="*") == ["OnlyDevelopersAllowAnyOrigin"]


def test_a_domain_of_ones_own_has_a_certificate() -> None:
    domain = {"CustomDomain": "gate.example.com"}
    certificate = {"CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/1-2"}

    assert rule_refuses(**domain, **certificate) == []
    assert rule_refuses(**domain) == ["CustomDomainHasCertificate"]
    assert rule_refuses(**certificate) == ["CertificateHasCustomDomain"]


def test_with_a_domain_of_its_own_the_api_has_no_other() -> None:
    api = source()["Resources"]["Api"]["Properties"]

    assert api["DisableExecuteApiEndpoint"] == {"Fn::If": ["HasCustomDomain", True, False]}


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_insecure_upstreams_are_refused_wherever_others_can_call(stage: str) -> None:
    refusing = rule_refuses(Stage=stage, AllowInsecureUpstreams="true")

    assert refusing == ["OnlyLocalHasInsecureUpstreams"]


def test_a_vpc_has_subnets_and_security_groups_or_neither() -> None:
    subnets, groups = {"VpcSubnetIds": "subnet-0a1b2c3d"}, {"VpcSecurityGroupIds": "sg-0a1b2c3d"}

    assert rule_refuses(**subnets, **groups) == []
    assert rule_refuses(**subnets) == ["SubnetsHaveSecurityGroups"]
    assert rule_refuses(**groups) == ["SecurityGroupsHaveSubnets"]


def test_private_networks_are_opened_within_a_vpc_alone() -> None:
    opened = {"AllowedPrivateCidrs": "10.1.0.0/16"}
    vpc = {"VpcSubnetIds": "subnet-0a1b2c3d", "VpcSecurityGroupIds": "sg-0a1b2c3d"}

    assert rule_refuses(Stage="prod", **opened) == ["PrivateNetworksAreReachable"]
    assert rule_refuses(Stage="prod", **opened, **vpc) == []
    assert rule_refuses(Stage="local", **opened) == []


def test_a_developers_machine_may_have_all_three() -> None:
    assert not rule_refuses(
        Stage="local",
        AllowUnverifiedMemberSessionMinting="true",
        AllowInsecureUpstreams="true",
        AllowedOrigins="*",
    )


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        ("Stage", ["local", "prod"], ["production", ""]),
        ("PublicUrl", ["", "https://gate.example.com"], ["https://gate.example.com/", "gate"]),
        (
            "AllowedOrigins",
            ["", "*", "https://a.example,http://localhost:6274"],
            ["*,https://a.example", "https://*.example", "https://a.example/"],
        ),
        ("AllowInsecureUpstreams", ["true", "false"], ["TRUE", "yes", ""]),
        ("AllowUnverifiedMemberSessionMinting", ["true", "false"], ["1"]),
        ("Architecture", ["arm64", "x86_64"], ["aarch64"]),
        ("CustomDomain", ["", "gate.example.com"], ["*", "*.example.com", "gate", "a.b/"]),
        ("AllowedHosts", ["", "a.example,127.0.0.1"], ["*", "*.example.com", "a.example,"]),
        (
            "VpcSubnetIds",
            ["", "subnet-0a1b2c3d", "subnet-0123456789abcdef0,subnet-0a1b2c3d"],
            ["vpc-0a1b2c3d", "subnet-0a1b2c3d,", "subnet-0a1b2c3d, subnet-4e5f6a7b"],
        ),
        ("VpcSecurityGroupIds", ["", "sg-0a1b2c3d,sg-4e5f6a7b"], ["default", "sg-0a1b2c3d;"]),
    ],
)
def test_parameters_are_checked_by_pattern(parameter: str, good: list[str], bad: list[str]) -> None:
    pattern = re.compile(source()["Parameters"][parameter]["AllowedPattern"])

    assert all(pattern.search(value) for value in good)
    assert not any(pattern.search(value) for value in bad)


@pytest.mark.parametrize(
    ("environment", "stage"), [("default", "dev"), ("staging", "staging"), ("prod", "prod")]
)
def test_samconfig_deploys_each_stage_to_a_stack_of_its_own(environment: str, stage: str) -> None:
    config = tomllib.loads(Path(ROOT / "samconfig.toml").read_text())

    assert f"Stage={stage}" in config[environment]["deploy"]["parameters"]["parameter_overrides"]
    names = {c["global"]["parameters"]["stack_name"] for n, c in config.items() if n != "version"}
    assert len(names) == 3
