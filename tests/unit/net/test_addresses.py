"""Which addresses and origins may be called."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.addresses import is_public
from gatehouse.domain.upstreams import Destination
from gatehouse.net.addresses import AddressPolicy
from gatehouse.ports.upstreams import UpstreamUnreachable


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:82b::200e"],
)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "192.0.0.9",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "233.252.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "::8.8.8.8",
        "64:ff9b::8.8.8.8",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2001::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:808:808::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700:4700::1111%eth0",
        "fec0::1",
        "ff02::1",
        "100::1",
        "5f00::1",
        "",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
    ],
)
def test_every_other_address_is_not(address: str) -> None:
    assert not is_public(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_an_address_within_another_is_never_public(inner: IPv4Address) -> None:
    number = int(inner)
    for prefix in (0, 0xFFFF << 32, 0x64FF9B << 96, 0x2002 << 112):
        shift = 80 if prefix >> 112 == 0x2002 else 0
        assert not is_public(str(IPv6Address(prefix | number << shift)))


@given(st.ip_addresses(v=4))
def test_what_is_public_is_global_and_unicast(address: IPv4Address) -> None:
    if is_public(str(address)):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_private


@pytest.mark.parametrize(
    ("origin", "there"),
    [
        ("https://api.example.com", ("https", "api.example.com", 443)),
        ("https://api.example.com:8443", ("https", "api.example.com", 8443)),
        ("https://[2606:4700::1]", ("https", "2606:4700::1", 443)),
    ],
)
def test_an_origin_is_taken_apart(origin: str, there: tuple[str, str, int]) -> None:
    found = AddressPolicy().destination(origin)
    assert (found.scheme, found.host, found.port) == there


@pytest.mark.parametrize(
    "origin",
    [
        "http://api.example.com",
        "http://127.0.0.1",
        "https://",
        "https://api.example.com/",
        "https://api.example.com:0",
        "https://api.example.com:65536",
        "https://api.example.com:",
        "https://a@api.example.com",
        "https://api.example.com\n",
        "https://ex ample.com",
        "https://exämple.com",
        "ftp://api.example.com",
        "https://api.example.com#",
        "",
    ],
)
def test_what_is_no_https_origin_is_refused(origin: str) -> None:
    with pytest.raises(UpstreamUnreachable):
        AddressPolicy().destination(origin)


def test_local_http_is_judged_by_its_address_too() -> None:
    policy = AddressPolicy(allow_local_http=True)
    there = Destination(scheme="http", host="127.0.0.1", port=8000)
    policy.judge(there, ["127.0.0.1"])
    for addresses in (["127.0.0.2"], ["127.0.0.1", "10.0.0.1"], []):
        with pytest.raises(UpstreamUnreachable):
            policy.judge(there, addresses)
