"""Requests to where no tool may lead: every spelling, when a tool is registered and when called.

`{port}` is a listener's on this machine's loopback: what counts is that nobody ever connects.
"""

import pytest

from tests.attack.attempts import Attack, assert_withstood, fields, names, refused
from tests.attack.ground import Ground
from tests.attack.wire import Answer

pytestmark = pytest.mark.stack

HOSTS = (
    # loopback, in the spellings of inet_aton and of URLs
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "0",
    "0.0.0.0",  # noqa: S104 - an attacker's spelling
    "0x7f000001",
    "0x7f.1",
    "0X7F.0x0.0x0.0x1",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "00000177.0.0.01",
    "127.0.0.1.",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "a.localhost",
    "localhost.localdomain",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[::1%25lo]",
    # what hands out credentials
    "169.254.169.254",
    "169.254.170.2",
    "169.254.169.253",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[fd00:ec2::254]",
    "[fe80::a9fe:a9fe]",
    "metadata",
    "metadata.google.internal",
    "instance-data",
    "instance-data.ec2.internal",
    # other networks that are nobody's business
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[fc00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "db.internal",
    "printer.local",
    "router.lan",
    "intranet",
    # names written so that two readers read two hosts
    "127\uff0e0\uff0e0\uff0e1",
    "127\u30020\u30020\u30021",
    "\u2460\u2461\u2466.0.0.1",
    "loc\u00adalhost",
    "\uff4cocalhost",
    "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
    "127.0.0.1%00.example.com",
    "%31%32%37.0.0.1",
    "127.0.0.1 .example.com",
    "127.0.0.1\t",
    "127.0.0.1\\.example.com",
    "exa mple.com",
    "[::1",
    "",
)
WHOLE = (
    "http://example.com",
    "http://localhost:{port}",
    "http://127.1:{port}",
    "http://[::1]:{port}",
    "http://2130706433:{port}",
    "http://127.0.0.1",
    "http://127.0.0.1:80",
    "http://127.0.0.1:22",
    "https://example.com:22",
    "https://example.com:25",
    "https://example.com:80",
    "https://example.com:0",
    "https://example.com:65536",
    "https://example.com:99999999999",
    "https://example.com:-1",
    "https://example.com:٤٤٣",
    "https://user@example.com",
    "https://user:pass@example.com",
    "https://example.com@127.0.0.1:{port}",
    "https://127.0.0.1:{port}@example.com",
    "https://127.0.0.1:{port}#@example.com",
    "https://127.0.0.1:{port}\\@example.com",
    "https://example.com/path",
    "https://example.com/..",
    "https://example.com?x=1",
    "https://example.com#x",
    "https://example.com\r\nHost: 127.0.0.1",
    "https://example.com\0",
    " https://example.com",
    "https:example.com",
    "https:/example.com",
    "https:///example.com",
    "https:\\\\example.com",
    "//example.com",
    "example.com",
    "HTTPS//example.com",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "gopher://127.0.0.1:{port}/_x",
    "ftp://example.com",
    "dict://127.0.0.1:{port}",
    "ldap://127.0.0.1:{port}",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "jar:https://example.com!/",
    "https://" + "a" * 300 + ".example",
    "",
)
URLS = (*(f"https://{host}:{{port}}" for host in HOSTS), *WHOLE)


def registered(url: str) -> Attack:
    """Register a tool that leads there."""

    def attempt(ground: Ground) -> Answer:
        return ground.registered(base_url=url.format(port=ground.inside.port))

    return Attack(f"register {url}", attempt, fields("base_url"))


def changed(url: str) -> Attack:
    """Lead an existing tool there."""

    def attempt(ground: Ground) -> Answer:
        tool = ground.with_tool(name="to-be-moved")
        change = {"base_url": url.format(port=ground.inside.port), "version": 1}
        return ground.api("PATCH", f"/api/v1/custom-tools/{tool['id']}", change)

    return Attack(f"change to {url}", attempt, fields("base_url"))


def called(url: str) -> Attack:
    """Call a tool that leads there, as if the rules of registration had let it pass."""

    def attempt(ground: Ground) -> Answer:
        name = "moved-behind-our-back"
        tool = ground.with_tool(name=name, deduplicate_seconds=0)
        ground.moved(tool, url.format(port=ground.inside.port))
        return ground.call(name)

    return Attack(f"call {url}", attempt, refused("The tool's"))


SOME = [url for url in URLS if "169.254" in url or "127.1" in url or "::1" in url or "@" in url]


@pytest.mark.parametrize("attack", [registered(url) for url in URLS], ids=names)
def test_attack_by_registration_is_refused(attack: Attack, ground: Ground) -> None:
    assert_withstood(attack, ground)


@pytest.mark.parametrize("attack", [changed(url) for url in SOME], ids=names)
def test_attack_by_a_change_is_refused(attack: Attack, ground: Ground) -> None:
    assert_withstood(attack, ground)


@pytest.mark.parametrize("attack", [called(url) for url in URLS], ids=names)
def test_attack_by_a_call_is_refused(attack: Attack, ground: Ground) -> None:
    assert_withstood(attack, ground)


def test_the_runtime_api_of_a_function_is_not_a_tool(ground: Ground) -> None:
    """Whoever reaches it can answer other callers' requests."""
    port = ground.stack.aws.port
    for url in (f"http://127.0.0.1:{port}", f"https://127.0.0.1:{port}"):
        assert called(url).attempt(ground).json["result"]["isError"] is True


def test_an_address_that_may_be_called_is(ground: Ground) -> None:
    tool = ground.with_tool(name="moved-behind-our-back", deduplicate_seconds=0)
    ground.moved(tool, ground.echo.url)
    assert ground.call(tool["name"]).json["result"]["isError"] is False


def test_nobody_has_connected_to_what_is_inside(ground: Ground) -> None:
    assert ground.inside.connections == 0
