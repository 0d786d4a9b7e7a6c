"""What has to be checked before production, one item a test, on the deployed template.

Most items hold by construction; the test is what shows that the construction stands.
"""

import base64
import hashlib
import json
from collections.abc import Mapping

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from gatehouse.domain.known_secrets import is_well_known
from gatehouse.edge.console.assets import asset_path
from local.stack import LocalStack
from tests import secrets_scan
from tests.cloud import ROOT, Json, role_of, translated
from tests.events import http_event
from tests.integration.handlers import DoesNotServe, handler
from tests.integration.sign_ins import SignIns
from tests.integration.test_shared_limits import listing, statuses, two_processes
from tests.integration.world import Tenant, World, bearer
from tests.roles import MAY

pytestmark = pytest.mark.stack

SECRETS = ("KeyRing", "AdminTokenSecret")
SAFE = {
    "STAGE": "prod",
    "PUBLIC_URL": "https://gate.example.com",
    "ALLOW_INSECURE_UPSTREAMS": "false",
}
CUSTOM_DOMAIN = {
    "CustomDomain": "gate.example.com",
    "CertificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/1-2",
}


# --- 1: strong secrets that nobody knows ---------------------------------------------------------


def test_1_secrets_exist_are_long_and_were_drawn_at_random(stack: LocalStack) -> None:
    found = [value_of(stack, name) for name in SECRETS]
    drawn = [json.loads(found[0]).get("initial") or found[0], found[1]]
    for secret in drawn:
        assert len(secret.encode()) >= 32
        assert not is_well_known(secret)
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("known", ["dev-only-change-me-in-production", "a" * 64, "too short", ""])
def test_1_a_secret_that_everybody_knows_opens_and_signs_nothing(
    stack: LocalStack, tenant: Tenant, known: str
) -> None:
    made_up = {"AdminTokenSecret": known, "KeyRing": json.dumps({"version": 1, "initial": known})}
    secrets = stack.client("secretsmanager")
    names = {
        name: secrets.create_secret(
            Name=f"known-{name}-{hashlib.sha256(known.encode()).hexdigest()[:8]}",
            SecretString=made_up[name] or " ",
        )["ARN"]
        for name in SECRETS
    }
    role = {**credentials_of_root()}
    administer = http_event("GET", "/admin/v1/projects", headers=bearer(known or "x"))
    with handler(stack, "keys", ADMIN_TOKEN_SECRET=names["AdminTokenSecret"], **role) as one:
        assert one.answer(administer)["statusCode"] in {401, 503}
    body = json.dumps({"member_assertion": tenant.assertion("ada")})
    headers = {**bearer(tenant.api_key), "content-type": "application/json"}
    mint = http_event("POST", "/api/v1/mcp/session-token", headers=headers, body=body)
    with handler(stack, "token", KEY_RING_SECRET=names["KeyRing"], **role) as one:
        assert one.answer(mint)["statusCode"] >= 500


def credentials_of_root() -> Mapping[str, str]:
    """Rights to read secrets that are not this stack's."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_SESSION_TOKEN": "",
    }


def value_of(stack: LocalStack, output: str) -> str:
    client = stack.client("secretsmanager")
    return str(client.get_secret_value(SecretId=stack.outputs[output])["SecretString"])


# --- 2: service apps -----------------------------------------------------------------------------


def test_2_without_service_apps_nothing_is_open_and_keys_are_kept_as_digests(
    stack: LocalStack, world: World
) -> None:
    tenant = world.tenant("Apps")
    made_up = "gsa_" + "A" * 53
    for headers in ({}, {"x-service-key": ""}, {"x-service-key": made_up}, bearer(made_up)):
        for path in ("/api/v1/project", "/api/v1/custom-tools", "/admin/v1/projects"):
            assert world.http.get(path, headers=headers).status_code == 401, (path, headers)
    app = SignIns(stack=stack, tenant=tenant).app()
    tools = "/api/v1/custom-tools"
    named = {"x-gatehouse-project": tenant.project_id}
    assert world.http.get(tools, headers={"x-service-key": app.key, **named}).status_code == 200
    kept = json.dumps(items_of(stack, "authority"), default=str)
    assert app.key not in kept
    assert hashlib.sha256(app.key.encode()).hexdigest() in kept


def items_of(stack: LocalStack, table: str) -> list[Json]:
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.tables[table])
    return [item for page in pages for item in page["Items"]]


# --- 3: secure cookies ---------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["local", "prod"])
def test_3_every_cookie_is_secure_and_no_setting_changes_that(
    stack: LocalStack, stage: str
) -> None:
    settings = SAFE if stage == "prod" else {}
    origin = settings.get("PUBLIC_URL", stack.api_url)
    with handler(stack, "signin", **settings) as one:
        answers = [
            one.answer(http_event("POST", "/signout", headers=form_of(origin), body="")),
            one.answer(
                http_event("GET", "/oauth/authorize", query=authorization(stack), headers={})
            ),
        ]
    cookies = [cookie for answer in answers for cookie in answer.get("cookies", [])]
    assert len(cookies) >= 3, answers
    for cookie in cookies:
        name, *attributes = cookie.split("; ")
        assert name.startswith("__Host-gatehouse_"), cookie
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes), cookie
        assert not any(each.startswith("Domain") for each in attributes), cookie
    for answer in answers:
        assert "set-cookie" not in answer["headers"]
    assert "COOKIE" not in str(translated("prod")["SigninFunction"]["Properties"]["Environment"])


def form_of(origin: str) -> Mapping[str, str]:
    return {"origin": origin, "content-type": "application/x-www-form-urlencoded"}


def authorization(stack: LocalStack) -> str:
    """A request that a client of the stack may make."""
    with httpx.Client(base_url=stack.api_url, timeout=60) as http:
        world = World(stack.api_url, stack.admin_token)
        world.http.close()
        world.http = http
        sign_ins = SignIns(stack=stack, tenant=world.tenant("Cookies"))
        sign_ins.register()
    asked = {
        "response_type": "code",
        "client_id": sign_ins.client_id,
        "redirect_uri": "https://client.example/callback",
        "code_challenge": base64.urlsafe_b64encode(b"c" * 32).decode().rstrip("="),
        "code_challenge_method": "S256",
        "state": "s",
    }
    return str(httpx.QueryParams(asked))


# --- 4: allowed hosts ----------------------------------------------------------------------------


@pytest.mark.parametrize("noun", ["mcp", "token", "signin", "keys", "console"])
def test_4_another_host_is_refused_and_the_apis_own_name_is_off(
    stack: LocalStack, noun: str
) -> None:
    paths = {
        "mcp": "/mcp",
        "token": "/.well-known/jwks.json",
        "signin": "/signin",
        "keys": "/health",
        "console": asset_path("console.css"),
    }
    path = paths[noun]
    event = http_event("GET", path)
    ours = {
        **event,
        "requestContext": {**event["requestContext"], "domainName": "gate.example.com"},
    }
    with handler(stack, noun, ALLOWED_HOSTS="gate.example.com") as one:
        assert one.answer(event)["statusCode"] == 421
        assert one.answer(ours)["statusCode"] in {200, 405}
    environment = translated("prod", **CUSTOM_DOMAIN)[f"{noun.capitalize()}Function"]
    hosts = environment["Properties"]["Environment"]["Variables"]["ALLOWED_HOSTS"]
    assert hosts.split(",")[0] == "gate.example.com"
    (api,) = of_type("AWS::ApiGatewayV2::Api", **CUSTOM_DOMAIN)
    (server,) = api["Body"]["servers"]
    endpoint = server["x-amazon-apigateway-endpoint-configuration"]
    assert endpoint == {"disableExecuteApiEndpoint": True}
    with (
        pytest.raises(DoesNotServe, match="ALLOWED_HOSTS"),
        handler(stack, noun, **SAFE, ALLOWED_HOSTS="*"),
    ):
        pass


def of_type(kind: str, **parameters: str) -> list[Json]:
    resources = translated("prod", **parameters).values()
    return [each["Properties"] for each in resources if each["Type"] == kind]


# --- 5: CORS -------------------------------------------------------------------------------------


def test_5_origins_are_exact_and_none_is_let_in_with_credentials(stack: LocalStack) -> None:
    app = "https://app.example.com"
    settings = {**SAFE, "ALLOWED_ORIGINS": app}
    with handler(stack, "keys", **settings) as one:

        def told(origin: str) -> Mapping[str, str]:
            event = http_event("OPTIONS", "/api/v1/project", headers={"origin": origin})
            found: Mapping[str, str] = one.answer(event)["headers"]
            assert "access-control-allow-credentials" not in found
            return found

        assert told(app)["access-control-allow-origin"] == app
        for other in (
            "https://app.example.com.evil.example",
            "https://evil-app.example.com",
            "http://app.example.com",
            "https://app.example.com:8443",
            "https://APP.example.com",
            "null",
            "*",
        ):
            assert "access-control-allow-origin" not in told(other), other
    for noun in ("keys", "token", "mcp"):
        settings = {**SAFE, "ALLOWED_ORIGINS": "*"}
        with pytest.raises(DoesNotServe, match="ALLOWED_ORIGINS"), handler(stack, noun, **settings):
            pass


# --- 6: TLS --------------------------------------------------------------------------------------


def test_6_the_domain_speaks_tls_1_2_and_browsers_are_told_to_stay(world: World) -> None:
    (domain,) = of_type("AWS::ApiGatewayV2::DomainName", **CUSTOM_DOMAIN)
    (configuration,) = domain["DomainNameConfigurations"]
    assert configuration["SecurityPolicy"] == "TLS_1_2"
    for path in ("/signin", "/health", "/nobody/has/this", "/mcp"):
        told = world.http.get(path).headers["strict-transport-security"]
        age = int(told.partition("max-age=")[2].partition(";")[0])
        assert age >= 31_536_000
        assert "includeSubDomains" in told


# --- 7: one limit for all instances --------------------------------------------------------------


def test_7_two_processes_share_one_limit(stack: LocalStack, world: World) -> None:
    tenant = world.tenant("Two processes")
    path = f"/admin/v1/projects/{tenant.project_id}"
    version = world.admin("GET", path).json()["version"]
    limits = {"settings": {"limits": {"per_minute": 12}}, "version": version}
    assert world.admin("PATCH", path, limits).status_code == 200
    answers = two_processes(stack, "mcp", [listing(tenant)] * 24)
    assert statuses(answers) == {200: 12, 429: 12}


# --- 8: nothing in git ---------------------------------------------------------------------------


def test_8_no_file_holds_a_credential() -> None:
    assert list(secrets_scan.in_files()) == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone")
def test_8_no_commit_ever_added_one() -> None:
    assert list(secrets_scan.in_history()) == []


# --- 9: every deployment's own -------------------------------------------------------------------

NAMED = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
}


@pytest.mark.parametrize("noun", sorted(MAY))
def test_9_tables_roles_and_keys_are_the_stacks_own(stack: LocalStack, noun: str) -> None:
    """Nothing is named by hand, so that CloudFormation gives each stack names of its own.

    Roles name resources of their stack alone; that they can do no more, test_least_privilege.py
    tries on the deployed ones.
    """
    for resource in translated("prod").values():
        assert NAMED.get(resource["Type"], "") not in resource.get("Properties", {})
    own = {name for name, each in translated("prod").items() if each["Type"] != "AWS::IAM::Role"}
    for statement in statements_of(noun):
        listed = statement["Resource"]
        for each in listed if isinstance(listed, list) else [listed]:
            if statement["Effect"] == "Allow":
                assert each.partition(".")[0].partition("/")[0] in own, statement
    role = stack.function(noun)["Role"]
    assert role.rpartition("/")[2].startswith("gatehouse-")
    for table in stack.tables.values():
        assert table.startswith("gatehouse-")


def statements_of(noun: str) -> list[Json]:
    return [
        statement
        for policy in role_of(noun, "prod")["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_9_values_of_development_are_refused_in_production(stack: LocalStack) -> None:
    for setting in ("ALLOW_INSECURE_UPSTREAMS", "ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING"):
        settings = {**SAFE, setting: "true"}
        with pytest.raises(DoesNotServe, match=setting), handler(stack, "token", **settings):
            pass


# --- 10: keys ------------------------------------------------------------------------------------


def test_10_tokens_are_signed_by_keys_that_never_leave_kms(stack: LocalStack, world: World) -> None:
    sign_ins = SignIns(stack=stack, tenant=world.tenant("Keys"))
    sign_ins.register()
    token = sign_ins.signed_in()["access_token"]
    published = world.http.get("/.well-known/jwks.json").json()["keys"]
    signer = stack.function("token")["Environment"]["Variables"]["SIGNING_KEY"]
    described = stack.client("kms").describe_key(KeyId=signer)["KeyMetadata"]
    assert (described["KeySpec"], described["KeyUsage"]) == ("RSA_2048", "SIGN_VERIFY")
    ours = jwk_of(stack.client("kms").get_public_key(KeyId=signer)["PublicKey"])
    [active] = [key for key in published if key["kid"] == jwt.get_unverified_header(token)["kid"]]
    assert (active["n"], active["e"]) == (ours["n"], ours["e"])
    assert active["kid"] == thumbprint(active)
    assert not {"d", "p", "q", "dp", "dq", "qi"} & {name for key in published for name in key}
    for noun in stack.function_names:
        assert "PRIVATE KEY" not in json.dumps(stack.function(noun), default=str)
    for name in (*SECRETS, "OidcProvidersSecret"):
        assert "PRIVATE KEY" not in value_of(stack, name)
    deployed = [*(ROOT / "functions").rglob("*"), *(ROOT / "layers" / "core").rglob("*")]
    for file in (each for each in deployed if each.suffix in {".py", ".pem", ".key", ".json"}):
        assert not secrets_scan.PATTERNS["private key"].search(file.read_text()), file


def jwk_of(der: bytes) -> Json:
    key = load_der_public_key(der)
    assert isinstance(key, RSAPublicKey)
    found: Json = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key))
    return found


def thumbprint(key: Json) -> str:
    """RFC 7638, as any library would."""
    said = json.dumps({name: key[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    digest = hashlib.sha256(said.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
