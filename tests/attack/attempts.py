"""An attack, and what its answer has to be."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.attack.wire import Answer

if TYPE_CHECKING:
    from tests.attack.ground import Ground

Expected = Callable[[Answer], None]
KEY = "Invalid or inactive API key"
INTERNALS = re.compile(r"Traceback|botocore|File \"|/opt/python|/var/task|gatehouse\.\w+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attack:
    """One attempt, by its name; `reaches` is whether it may reach the tool's own upstream."""

    name: str
    attempt: "Callable[[Ground], Answer]"
    expected: Expected
    reaches: bool = False

    def __str__(self) -> str:
        return self.name


def names(attack: object) -> str:
    """Name a case for pytest."""
    return str(attack)


def assert_withstood(attack: Attack, ground: "Ground") -> None:
    """Make an attempt; fail when it gets anything but the answer that it deserves."""
    sent, inside = len(ground.echo.received), ground.inside.connections
    answer = attack.attempt(ground)
    attack.expected(answer)
    assert ground.inside.connections == inside, "something connected to what is inside"
    if not attack.reaches:
        assert len(ground.echo.received) == sent, "something was sent to the upstream"
    assert not INTERNALS.search(answer.text), answer
    assert not ground.leaked(answer), answer


def status(code: int, *words: str) -> Expected:
    """Expect this status of HTTP, and these words in the body."""

    def check(answer: Answer) -> None:
        assert answer.status == code, answer
        for word in words:
            assert word in answer.text, answer

    return check


def unauthenticated(message: str = KEY) -> Expected:
    """Expect a 401 that says no more than this, in the words of whichever API it is."""

    def check(answer: Answer) -> None:
        assert answer.status == 401, answer
        document = answer.json
        said = document["error"]["message"] if "error" in document else document["detail"]
        assert said == message, answer

    return check


def fields(*wrong: str) -> Expected:
    """Expect a 422 that names exactly these fields."""

    def check(answer: Answer) -> None:
        assert answer.status == 422, answer
        assert {error["field"] for error in answer.json["errors"]} == set(wrong), answer

    return check


def fault(code: int, http: int | None = None, message: str = "") -> Expected:
    """Expect an error of JSON-RPC."""

    def check(answer: Answer) -> None:
        assert answer.json["error"]["code"] == code, answer
        assert message in answer.json["error"]["message"], answer
        assert http in {None, answer.status}, answer

    return check


def refused(*words: str) -> Expected:
    """Expect a result that tells the model that the call was not made, or failed, and why."""

    def check(answer: Answer) -> None:
        assert answer.status == 200, answer
        result = answer.json["result"]
        assert result["isError"] is True, answer
        for word in words:
            assert word in result["content"][0]["text"], answer

    return check


def harmless(*words: str, without: tuple[str, ...] = ()) -> Expected:
    """Expect a result in which nothing of `without` is left."""

    def check(answer: Answer) -> None:
        assert answer.status == 200, answer
        assert "result" in answer.json, answer
        for word in words:
            assert word in answer.text, answer
        for word in without:
            assert word not in answer.text, answer
            assert word not in str(answer.json), answer

    return check
