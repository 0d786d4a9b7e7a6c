"""A deployment that opens what must stay shut does not serve, and says which setting."""

import pytest

from gatehouse.settings import MisconfiguredDeployment, Settings


@pytest.mark.parametrize("stage", ["local", "dev"])
def test_unverified_minting_is_for_developers(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", stage)
    monkeypatch.setenv("ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING", "true")
    assert Settings().allow_unverified_minting


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_unverified_minting_elsewhere_is_refused_by_name(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", stage)
    monkeypatch.setenv("ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING", "true")
    with pytest.raises(MisconfiguredDeployment, match="ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING"):
        _ = Settings().allow_unverified_minting


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_insecure_upstreams_are_for_local_alone(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", stage)
    monkeypatch.setenv("ALLOW_INSECURE_UPSTREAMS", "true")
    with pytest.raises(MisconfiguredDeployment, match="ALLOW_INSECURE_UPSTREAMS"):
        _ = Settings().allow_insecure_upstreams


def test_private_networks_are_private_and_none_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().allowed_private_cidrs == ()
    monkeypatch.setenv("ALLOWED_PRIVATE_CIDRS", "10.1.0.0/16,fd12::/48")
    assert list(map(str, Settings().allowed_private_cidrs)) == ["10.1.0.0/16", "fd12::/48"]


@pytest.mark.parametrize(
    "cidr",
    ["0.0.0.0/0", "169.254.0.0/16", "127.0.0.0/8", "8.0.0.0/8", "10.0.0.0/7", "::/0", "fe80::/10",
     "::ffff:10.0.0.0/104", "10.0.0.1/8", "10.0.0.0/33", "x"],
)  # fmt: skip
def test_no_other_network_can_be_opened(cidr: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_PRIVATE_CIDRS", f"10.0.0.0/8,{cidr}")
    with pytest.raises(MisconfiguredDeployment, match="ALLOWED_PRIVATE_CIDRS"):
        _ = Settings().allowed_private_cidrs


def test_switches_are_off_by_default_and_know_two_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "local")
    assert not Settings().allow_unverified_minting
    monkeypatch.setenv("ALLOW_INSECURE_UPSTREAMS", "yes")
    with pytest.raises(MisconfiguredDeployment, match="ALLOW_INSECURE_UPSTREAMS"):
        _ = Settings().allow_insecure_upstreams


def test_a_wildcard_origin_is_refused_in_prod(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "prod")
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://a.example, *")
    with pytest.raises(MisconfiguredDeployment, match="ALLOWED_ORIGINS"):
        _ = Settings().allowed_origins


@pytest.mark.parametrize("stage", ["", "production", "Local"])
def test_an_unknown_stage_is_refused(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", stage)
    with pytest.raises(MisconfiguredDeployment, match="STAGE"):
        _ = Settings().stage


def test_secrets_are_opened_under_the_keys_of_ones_own_and_always_under_the_stacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRETS_KEY_ARN", "own")
    assert Settings().opening_key_arns == ("own",)
    monkeypatch.setenv("OTHER_SECRETS_KEYS", "new,former")
    assert Settings().opening_key_arns == ("new", "former", "own")
    monkeypatch.setenv("OTHER_SECRETS_KEYS", "own,former")
    assert Settings().opening_key_arns == ("own", "former")


@pytest.mark.parametrize("stage", ["staging", "prod"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_ORIGINS", "https://a.example,*"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING", "true"),
        ("ALLOW_INSECURE_UPSTREAMS", "true"),
        ("ALLOWED_PRIVATE_CIDRS", "0.0.0.0/0"),
        ("PUBLIC_URL", "http://gate.example.com"),
    ],
)
def test_a_deployment_with_users_does_not_serve_with_anything_open(
    stage: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", stage)
    Settings().require_safe()
    monkeypatch.setenv(name, value)
    with pytest.raises(MisconfiguredDeployment, match=name):
        Settings().require_safe()


def test_hosts_are_compared_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "Gate.Example.com,")
    assert Settings().allowed_hosts == {"gate.example.com"}


@pytest.mark.parametrize("stage", ["local", "dev", "staging", "prod"])
def test_clients_register_themselves_only_where_it_is_said(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGE", stage)
    assert not Settings().dynamic_client_registration
    monkeypatch.setenv("DYNAMIC_CLIENT_REGISTRATION", "true")
    assert Settings().dynamic_client_registration
    monkeypatch.setenv("DYNAMIC_CLIENT_REGISTRATION", "yes")
    with pytest.raises(MisconfiguredDeployment, match="DYNAMIC_CLIENT_REGISTRATION"):
        Settings().require_safe()
