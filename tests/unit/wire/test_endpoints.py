"""Where services are: as botocore finds them."""

import boto3
import pytest
from botocore.loaders import Loader
from botocore.regions import EndpointResolver

from gatehouse.aws.wire.endpoints import BadEndpoint, endpoint_of, read_endpoint

SERVICES = ("dynamodb", "kms", "secretsmanager", "lambda")
SESSION = boto3.Session()
RESOLVER = EndpointResolver(Loader().load_data("endpoints"))
REGIONS = sorted(
    {
        region
        for partition in SESSION.get_available_partitions()
        for region in SESSION.get_available_regions("kms", partition)
        if not region.endswith("-fips")
    }
)


def test_regions_of_several_partitions_are_compared() -> None:
    assert {"eu-central-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"} <= set(REGIONS)


@pytest.mark.parametrize("region", REGIONS)
def test_hosts_are_those_that_botocore_resolves(region: str) -> None:
    for service in SERVICES:
        found = RESOLVER.construct_endpoint(service, region)
        ours = endpoint_of(service, {"AWS_REGION": region})
        assert found
        assert (ours.host, ours.is_secure, ours.port) == (found["hostname"], True, 443)


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER"])
def test_another_endpoint_can_be_named(name: str) -> None:
    found = endpoint_of("secretsmanager", {name: "http://127.0.0.1:4566/x/"})
    assert (found.is_secure, found.host, found.port) == (False, "127.0.0.1", 4566)
    assert (found.authority, found.prefix) == ("127.0.0.1:4566", "/x")


def test_a_services_own_endpoint_stands_before_that_of_all() -> None:
    environ = {"AWS_ENDPOINT_URL": "http://all", "AWS_ENDPOINT_URL_KMS": "https://own"}
    assert endpoint_of("kms", environ).host == "own"
    assert endpoint_of("lambda", environ).host == "all"
    ignoring = {**environ, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_REGION": "r"}
    assert endpoint_of("kms", ignoring).host == "kms.r.amazonaws.com"


@pytest.mark.parametrize("name", ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
def test_a_demand_that_is_not_met_is_not_ignored(name: str) -> None:
    with pytest.raises(BadEndpoint, match=name):
        endpoint_of("kms", {"AWS_REGION": "eu-central-1", name: "true"})


def test_without_a_region_there_is_no_endpoint() -> None:
    with pytest.raises(BadEndpoint):
        endpoint_of("kms", {})


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x", "https://", "https://x:99999", "https://u@x", "https://x?y", "https://x#y"],
)
def test_what_is_no_endpoint_is_refused(url: str) -> None:
    with pytest.raises(BadEndpoint):
        read_endpoint(url)
