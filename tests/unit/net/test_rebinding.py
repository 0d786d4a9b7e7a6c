"""What a hostile name server can do: a real one answers, and nothing inside is reached."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gatehouse.domain.addresses import read_private_networks
from gatehouse.domain.projects import Project
from gatehouse.domain.requests import OutboundRequest
from gatehouse.net.addresses import AddressPolicy
from gatehouse.net.client import GuardedClient
from gatehouse.net.names import SystemNames
from gatehouse.ports.upstreams import UpstreamForbidden, UpstreamUnreachable
from gatehouse.usecases.check_origin import CheckOrigin
from tests.samples import PROJECT
from tests.unit.net.dns import NameServer, name_server
from tests.unit.net.server import Server, answering, serving

PUBLIC = "93.184.215.14"
POLICY = AddressPolicy()


@pytest.fixture
def inside() -> Iterator[Server]:
    """A listener on this machine, which nobody may reach; it counts connections."""
    with serving(answering()) as server:
        yield server
        time.sleep(0.05)
        assert server.connections == 0


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that a connection was tried to; none of them answers."""
    tried: list[str] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        del timeout
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


def request(port: int) -> OutboundRequest:
    return OutboundRequest(
        method="GET", origin=f"https://rebind.example:{port}", target="/", headers=(), body=b""
    )


def client(names: NameServer, policy: AddressPolicy = POLICY) -> GuardedClient:
    return GuardedClient(policy, resolve=names.resolve)


def test_the_resolver_of_these_tests_reads_what_the_server_says() -> None:
    with name_server([PUBLIC, "2606:4700::1", "127.0.0.1"]) as names:
        assert names.resolve("a.example", 443) == [PUBLIC, "2606:4700::1", "127.0.0.1"]
    assert names.queries == ["a.example"]


def test_a_name_that_is_public_first_and_inside_afterwards_is_refused(
    inside: Server, dialled: list[str]
) -> None:
    with name_server([PUBLIC], ["127.0.0.1"]) as names:
        guarded = client(names)
        with pytest.raises(UpstreamUnreachable, match="cannot be reached"):
            guarded.send(request(inside.port), timeout_seconds=2)
        assert dialled == [PUBLIC]
        assert len(names.queries) == 1  # the address that was judged is the one that is called
        with pytest.raises(UpstreamForbidden, match="not public"):
            guarded.send(request(inside.port), timeout_seconds=2)
        assert dialled == [PUBLIC]


@pytest.mark.parametrize(
    "answer",
    [
        [PUBLIC, "127.0.0.1"],
        ["127.0.0.1", PUBLIC],
        [PUBLIC, "::1"],
        [PUBLIC, "::ffff:127.0.0.1"],
        [PUBLIC, "169.254.169.254"],
        [PUBLIC, "fd00:ec2::254"],
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        [],
    ],
)
def test_one_inside_address_among_the_answers_is_enough(answer: list[str], inside: Server) -> None:
    with name_server(answer) as names, pytest.raises(UpstreamForbidden, match="not public"):
        client(names).send(request(inside.port), timeout_seconds=2)


def test_a_slow_answer_is_given_up_in_time(inside: Server) -> None:
    with name_server(["127.0.0.1"], delay=0.8) as names:
        began = time.monotonic()
        with pytest.raises(UpstreamUnreachable, match="cannot be resolved"):
            client(names).send(request(inside.port), timeout_seconds=0.3)
        assert time.monotonic() - began < 0.7


def test_an_opened_network_is_called_and_its_metadata_is_not(dialled: list[str]) -> None:
    policy = replace(POLICY, private_networks=read_private_networks("10.1.0.0/16,fd00::/16"))
    for address in ("10.1.2.3", "fd00:1::1"):
        with name_server([address]) as names, pytest.raises(UpstreamUnreachable, match="reached"):
            client(names, policy).send(request(9000), timeout_seconds=2)
    assert dialled == ["10.1.2.3", "fd00:1::1"]
    for address in ("10.2.0.1", "169.254.169.254", "fd00:ec2::254", "127.0.0.1"):
        with name_server([address]) as names, pytest.raises(UpstreamForbidden):
            client(names, policy).send(request(9000), timeout_seconds=2)
    assert len(dialled) == 2


@pytest.mark.parametrize(
    ("answer", "passes"),
    [([PUBLIC], 1), (["127.0.0.1"], 0), ([PUBLIC, "169.254.169.254"], 0), ([], 1)],
)
def test_registration_asks_what_a_name_means(answer: list[str], passes: int) -> None:
    project: Project = PROJECT
    with name_server(answer) as names:
        check = CheckOrigin(policy=POLICY, names=SystemNames(names.resolve))
        problem = check.problem(project, "https://127-0-0-1.nip.example")
    assert (problem is None) == bool(passes)
    assert names.queries == ["127-0-0-1.nip.example"]


def test_registration_does_not_wait_for_a_slow_name_server() -> None:
    with name_server(["127.0.0.1"], delay=1) as names:
        began = time.monotonic()
        with pytest.raises(UpstreamUnreachable):
            SystemNames(names.resolve).addresses("slow.example", 443, seconds=0.2)
        assert time.monotonic() - began < 0.8
