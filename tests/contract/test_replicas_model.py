"""Copies under any sequence of writes, changes of their number, and half-done settling."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import boto3
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from moto import mock_aws

from gatehouse.aws.assertion_keys import DynamoAssertionKeys
from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.integrations import DynamoIntegrations
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.prompts import DynamoPrompts
from gatehouse.aws.replication import DynamoReplication
from gatehouse.aws.tools import DynamoTools
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.ports.authority import Authority, Wanted
from tests.audited import audited
from tests.cloud import source
from tests.contract.conftest import REGION, TABLE
from tests.contract.copies import read_wrongly
from tests.fakes.authority import MemoryAuthority
from tests.fakes.offers import MemoryPrompts
from tests.fakes.stores import (
    MemoryAssertionKeys,
    MemoryIntegrations,
    MemoryProjects,
    MemoryTools,
)
from tests.offers import PROMPT, stored_prompt
from tests.samples import ASSERTION_KEY, INTEGRATION, LOOKUP, NOW, PROJECT, PROJECT_ID, stored

NAMES = st.sampled_from(["one", "two"])
COPIES = st.integers(0, 7)


class Replicas(RuleBasedStateMachine):
    """The table on moto beside a table in memory that knows no copies."""

    @initialize()
    def begin(self) -> None:
        self.aws = mock_aws()
        self.aws.start()
        client = boto3.client(
            "dynamodb", region_name=REGION, aws_access_key_id="t", aws_secret_access_key="t"
        )
        described = source()["Resources"]["Authority"]["Properties"]
        client.create_table(
            TableName=TABLE,
            BillingMode=described["BillingMode"],
            AttributeDefinitions=described["AttributeDefinitions"],
            KeySchema=described["KeySchema"],
        )
        self.client, self.model, self.copy = client, MemoryAuthority(), 0
        # Of three instances each reads another copy, and remembers what it last saw.
        self.readers = [
            DynamoAuthority(client, TABLE, lambda known: self.copy % known) for _ in range(3)
        ]
        self.replication = DynamoReplication(client, TABLE)
        self.settling: Iterator[None] = iter(())
        self.both(DynamoProjects, MemoryProjects, lambda port: port.create(PROJECT))

    def teardown(self) -> None:
        self.aws.stop()

    def both(self, real: Any, fake: Any, act: Callable[[Any], object]) -> None:
        """Do the same to both; they have to agree on what is refused."""
        outcomes: list[type[Exception] | None] = []
        for port in (real(*audited(self.client)), fake(self.model)):
            try:
                act(port)
                outcomes.append(None)
            except (Conflict, NotFound) as refusal:
                outcomes.append(type(refusal))
        assert outcomes[0] == outcomes[1]

    @rule(name=NAMES, creates=st.booleans())
    def integration(self, name: str, *, creates: bool) -> None:
        key = replace(INTEGRATION, id=f"Integ-{name}")

        def act(port: Any) -> None:
            port.create(key) if creates else port.delete(PROJECT_ID, key.id)

        if not creates or (PROJECT_ID, key.id) not in self.model.integrations:
            self.both(DynamoIntegrations, MemoryIntegrations, act)

    @rule(name=NAMES, registers=st.booleans())
    def assertion_key(self, name: str, *, registers: bool) -> None:
        def act(port: Any) -> None:
            if registers:
                port.register(PROJECT_ID, replace(ASSERTION_KEY, kid=name))
            else:
                port.deactivate(PROJECT_ID, name, now=NOW)

        self.both(DynamoAssertionKeys, MemoryAssertionKeys, act)

    @rule(name=NAMES, how=st.sampled_from(["create", "disable", "delete"]))
    def tool(self, name: str, how: str) -> None:
        definition = replace(LOOKUP, name=name)
        known = self.model.tools.get((PROJECT_ID, name))
        version = known.version if known else 1

        def act(port: Any) -> None:
            if how == "create":
                port.create(stored(definition))
            elif how == "disable":
                off = stored(definition, version=version + 1, is_enabled=False)
                port.replace(off, expected_version=version)
            else:
                port.delete(PROJECT_ID, name)

        self.both(DynamoTools, MemoryTools, act)

    @rule(creates=st.booleans())
    def prompt(self, *, creates: bool) -> None:
        def act(port: Any) -> None:
            port.create(stored_prompt(PROMPT)) if creates else port.delete(PROJECT_ID, "review")

        self.both(DynamoPrompts, MemoryPrompts, act)

    @rule(replicas=st.sampled_from([1, 2, 3, 8]), version_is_old=st.booleans())
    def aim(self, replicas: int, *, version_is_old: bool) -> None:
        version = self.model.projects[PROJECT_ID].version - (1 if version_is_old else 0)

        def act(port: Any) -> None:
            given = ProjectSettings(replicas=replicas)
            port.change(PROJECT_ID, name="A", settings=given, version=version)

        self.both(DynamoProjects, MemoryProjects, act)

    @rule(is_meant=st.integers(0, 9))
    def delete_project(self, is_meant: int) -> None:
        if is_meant == 0:
            self.both(DynamoProjects, MemoryProjects, lambda p: p.mark_deleted(PROJECT_ID, now=NOW))

    @rule()
    def begin_to_settle(self) -> None:
        """Whoever settled before is left in the middle."""
        self.settling = self.replication.settle(PROJECT_ID)

    @rule(steps=st.integers(1, 20))
    def go_on(self, steps: int) -> None:
        for _step in range(steps):
            next(self.settling, None)

    @rule()
    def settle(self) -> None:
        for _step in self.replication.settle(PROJECT_ID):
            pass

    @rule(reader=st.integers(0, 2), copy=COPIES, name=NAMES)
    def read(self, reader: int, copy: int, name: str) -> None:
        """Whatever an instance remembers and chooses, it reads what is true now."""
        self.copy = copy
        wanted = Wanted(
            project_id=PROJECT_ID,
            integration_id=f"Integ-{name}",
            assertion_kid=name,
            tool_name=name,
            prompt_name="review",
        )
        found, true = self.readers[reader].read(wanted), self.model.read(wanted)
        assert without_replicas(found) == without_replicas(true)

    @invariant()
    def every_copy_that_is_read_is_whole_and_current(self) -> None:
        assert read_wrongly(self.client, TABLE) == []


def without_replicas(found: Authority) -> Authority:
    """What was found, but for how many copies there are."""
    assert found.project is not None
    return replace(found, project=replace(found.project, replicas_in_use=1))


Replicas.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
test_replicas = Replicas.TestCase
