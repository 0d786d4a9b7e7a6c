"""The other key signs after a deployment, and not one request fails meanwhile."""

import threading
import time
from dataclasses import dataclass, field

import httpx
import jwt
import pytest

from local.build import built_template
from local.stack import LocalStack
from tests.integration.sign_ins import SignIns
from tests.integration.world import World

pytestmark = pytest.mark.stack


REPLACING = '{"message":"Internal Server Error"}'
"""What the local AWS itself says, and AWS does not, while it replaces a function's instance."""


@dataclass
class Busy:
    """Signs in and calls without a pause; `failures` is whatever Gatehouse refused meanwhile."""

    sign_ins: SignIns
    failures: list[str] = field(default_factory=list)
    kids: set[str] = field(default_factory=set)
    rounds: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Go on until told to stop."""
        held: list[str] = []
        while not self.over.is_set():
            answer = self.sign_ins.redeem(self.sign_ins.code())
            if self.passed(answer):
                held.append(self.sign_ins.noted(answer)["access_token"])
                self.kids.add(jwt.get_unverified_header(held[-1])["kid"])
            for token in (held[:1], held[-1:]):
                if token and self.passed(self.sign_ins.tenant.rpc(token[0], "ping")):
                    self.rounds += 1

    def passed(self, answer: httpx.Response) -> bool:
        """Say whether a request passed; keep what failed."""
        if answer.status_code != 200 and answer.text != REPLACING:
            self.failures.append(answer.text)
        return answer.status_code == 200


def test_rotating_the_signing_key_fails_no_request(stack: LocalStack, world: World) -> None:
    sign_ins = SignIns(stack=stack, tenant=world.tenant("Rotating"))
    sign_ins.register()
    published = {k["kid"] for k in world.http.get("/.well-known/jwks.json").json()["keys"]}
    before = sign_ins.signed_in()["access_token"]
    busy = Busy(sign_ins)
    client = threading.Thread(target=busy.run)
    client.start()
    parameters = stack.parameters
    try:
        for letter in ("B", "A"):
            stack.parameters = {**parameters, "ActiveSigningKey": letter}
            stack.deploy(built_template())
            time.sleep(1)
            fresh = sign_ins.signed_in()["access_token"]
            signs = jwt.get_unverified_header(fresh)["kid"]
            assert (signs == jwt.get_unverified_header(before)["kid"]) is (letter == "A")
            assert sign_ins.ping(fresh) == sign_ins.ping(before) == 200
    finally:
        stack.parameters = parameters
        busy.over.set()
        client.join()
    after = {k["kid"] for k in world.http.get("/.well-known/jwks.json").json()["keys"]}
    assert busy.failures == []
    assert busy.rounds > 10
    assert busy.kids == published == after
