"""Origins that tools may call: each way to write this machine, its network or its credentials."""

import can_ada
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.addresses import read_private_networks
from gatehouse.domain.origins import UnacceptableOrigin, destination, origin_problem
from gatehouse.domain.upstreams import UpstreamPolicy

PUBLIC = UpstreamPolicy()
WITHIN = UpstreamPolicy(
    private_networks=read_private_networks("10.1.0.0/16,fd12::/48,100.64.0.0/10")
)
LOCAL = UpstreamPolicy(allow_local_http=True, closed_ports=frozenset({9001}))

NEVER = [
    "169.254.169.254", "169.254.170.2", "169.254.0.1", "127.0.0.1", "127.1", "127.0.1", "0",
    "0.0.0.0",  # noqa: S104
    "0x7f000001", "0x7f.1", "0x7F.0.0.0x1", "2130706433", "017700000001", "0177.0.0.1",
    "127.0.0.1.", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518", "[::]",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]", "[::127.0.0.1]", "[fd00:ec2::254]", "[fd20:ce::254]", "[fe80::1]",
    "[fe80::1%25eth0]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a9fe:a9fe]", "[2002:a9fe:a9fe::]",
    "[2001::1]", "[ff02::1]", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1",
    "224.0.0.1", "255.255.255.255", "localhost", "localhost.", "a.localhost", "LOCALHOST",
    "localhost.localdomain", "metadata", "metadata.google.internal", "metadata.google.internal.",
    "instance-data", "instance-data.ec2.internal", "metadata.azure.internal",
    "instance-data.eu-central-1.compute.internal", "metadata.corp", "metadata.a.b.local",
    "METADATA.Google.Internal", "x.metadata.google.internal", "rancher-metadata", "metadata.goog",
    "metadata.tencentyun.com", "metadata.packet.net", "metadata.platformequinix.com",
    "api.metadata.cloud.ibm.com",
    "169\u3002254\u3002169\u3002254", "\uff11\uff12\uff17.0.0.1",
    "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3", "loc%61lhost", "127%2e0%2e0%2e1",
    "127.0.0.1%00.example.com", "exa\u00admple.com", "\u212a.example", "xn--a.example",
    "example.com@127.0.0.1", "user:pass@api.example.com", "api.example.com\\@127.0.0.1",
    "api.example.com#@127.0.0.1", "api.example.com?@127.0.0.1", "api.example.com/", "api..example",
    "-a.example", "a_b.example", "a" * 64 + ".example", "", ".", "*.example.com", "{host}.example",
    " api.example.com", "api.example.com ", "api.exam\tple.com", "api.example.com\n",
]  # fmt: skip
INSIDE = [
    "10.1.2.3", "100.64.0.1", "[fd12::1]", "intranet", "api.internal", "ip-10-0-0-1.ec2.internal",
    "metadatas.corp", "my-metadata.internal",
    "printer.local", "router.lan", "nas.home", "x.corp", "x.home.arpa", "x.private", "x.intranet",
]  # fmt: skip


@pytest.mark.parametrize("host", [*NEVER, *INSIDE, "10.0.0.1", "172.16.0.1", "192.168.0.1"])
def test_nothing_but_a_public_host_is_called(host: str) -> None:
    assert origin_problem(f"https://{host}", PUBLIC)


@pytest.mark.parametrize("host", NEVER)
@pytest.mark.parametrize("policy", [WITHIN, LOCAL])
def test_some_hosts_are_never_called_whatever_is_open(host: str, policy: UpstreamPolicy) -> None:
    assert origin_problem(f"https://{host}", policy)


@pytest.mark.parametrize("host", INSIDE)
def test_a_deployment_may_open_its_own_network(host: str) -> None:
    assert origin_problem(f"https://{host}", WITHIN) is None


@pytest.mark.parametrize("host", ["10.2.0.1", "192.168.0.1", "[fd13::1]"])
def test_it_opens_no_other_network(host: str) -> None:
    assert origin_problem(f"https://{host}", WITHIN)


@pytest.mark.parametrize(
    "host",
    ["api.example.com", "API.Example.com", "xn--bcher-kva.example", "8.8.8.8", "a.b.c.d.example",
     "[2606:4700:4700::1111]", "internal.example.com", "localhost.example.com", "x.locals",
     "metadata.example.com", "instance-data.example.com", "google.internal.example"],
)  # fmt: skip
def test_public_hosts_are_called(host: str) -> None:
    assert origin_problem(f"https://{host}", PUBLIC) is None


@pytest.mark.parametrize("port", ["", ":443", ":1024", ":8443", ":65535"])
def test_https_uses_its_own_port_or_a_free_one(port: str) -> None:
    assert origin_problem(f"https://api.example.com{port}", PUBLIC) is None


@pytest.mark.parametrize(
    "port", [":0", ":22", ":80", ":1023", ":65536", ":", ":0443", ":+443", ":8_443"]
)
def test_other_protocols_ports_are_closed(port: str) -> None:
    assert origin_problem(f"https://api.example.com{port}", PUBLIC)


@pytest.mark.parametrize(
    "scheme",
    [
        "http:",
        "file:",
        "gopher:",
        "ftp:",
        "ws:",
        "wss:",
        "data:",
        "javascript:",
        "",
        "https:https:",
    ],
)
def test_other_schemes_are_closed(scheme: str) -> None:
    assert origin_problem(f"{scheme}//api.example.com", PUBLIC)
    assert origin_problem(f"{scheme}//api.example.com", WITHIN)


def test_a_developers_machine_opens_one_address_but_for_its_own_ports() -> None:
    assert origin_problem("http://127.0.0.1:9000", LOCAL) is None
    for url in ("http://127.0.0.1:9001", "http://127.0.0.1:80", "http://127.0.0.1",
                "http://127.1:9000", "http://localhost:9000", "http://[::1]:9000",
                "http://8.8.8.8:9000", "https://127.0.0.1:9000"):  # fmt: skip
        assert origin_problem(url, LOCAL)


pieces = st.sampled_from(
    ["127.0.0.1", "0x7f", "localhost", "api.example.com", ".", ":", "443", "@", "/", "\\", "%2e",
     "\u3002", "[", "]", "::1", "ffff", "#", "?", "8443", "1", "a", "-", "xn--", "\uff0e", "\u00ad"]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=3), max_size=6).map("".join))
def test_whatever_passes_is_read_alike_by_everybody(rest: str) -> None:
    url = f"https://{rest}"
    try:
        there = destination(url, PUBLIC)
    except UnacceptableOrigin:
        return
    read = can_ada.parse(url)
    assert read.hostname.strip("[]") == there.host
    assert read.port in {"", str(there.port)}
    assert (read.username, read.password, read.pathname, read.search, read.hash) == (
        "", "", "/", "", "",
    )  # fmt: skip
