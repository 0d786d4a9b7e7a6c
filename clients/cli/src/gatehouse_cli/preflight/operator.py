"""What an operator sees of a deployment in AWS. Nothing is changed, and no secret is read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from gatehouse.domain.checklist.snapshot import Key, Table

Client = Callable[[str], Any]
"""Gives the boto3 client of a service."""

_TABLE: Final = "AWS::DynamoDB::Table"
_KEY: Final = "AWS::KMS::Key"
_FUNCTION: Final = "AWS::Lambda::Function"
_ALIAS: Final = "AWS::Lambda::Alias"
_API: Final = "AWS::ApiGatewayV2::Api"
_ALARM: Final = "AWS::CloudWatch::Alarm"
_LOGS: Final = "AWS::Logs::LogGroup"


@dataclass(frozen=True)
class Operator:
    """Looks at the resources of one stack with whatever rights there are."""

    client: Client
    stack: str

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """What the stack tells of itself."""
        (stack,) = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}

    @cached_property
    def resources(self) -> tuple[Mapping[str, str], ...]:
        """All resources of the stack."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        found = pages.paginate(StackName=self.stack)
        return tuple(each for page in found for each in page["StackResourceSummaries"])

    def tables(self) -> tuple[Table, ...]:
        """How each table is kept."""
        return tuple(self._table(name, physical) for name, physical in self._of_type(_TABLE))

    def keys(self) -> tuple[Key, ...]:
        """How each KMS key stands."""
        return tuple(self._key(name, physical) for name, physical in self._of_type(_KEY))

    def functions(self) -> Mapping[str, Mapping[str, str]]:
        """The environment with which each function serves; it holds names of secrets, no secret."""
        functions = self.client("lambda")
        # An alias is its ARN, in which the function's name comes last but one.
        served = {alias.split(":")[-2]: alias for _, alias in self._of_type(_ALIAS)}
        found = {
            name: functions.get_function_configuration(FunctionName=served.get(physical, physical))
            for name, physical in self._of_type(_FUNCTION)
        }
        return {
            name: each.get("Environment", {}).get("Variables", {}) for name, each in found.items()
        }

    def alarms(self) -> frozenset[str]:
        """The alarms that tell somebody."""
        named = {physical: name for name, physical in self._of_type(_ALARM)}
        if not named:
            return frozenset()
        answer = self.client("cloudwatch").describe_alarms(AlarmNames=list(named))
        return frozenset(
            named[each["AlarmName"]]
            for each in answer["MetricAlarms"]
            if each["ActionsEnabled"] and each["AlarmActions"]
        )

    def throttle(self) -> float:
        """How many requests a second the API takes; 0 for any number."""
        ((_, api),) = self._of_type(_API)
        stage = self.client("apigatewayv2").get_stage(ApiId=api, StageName="$default")
        return float(stage.get("DefaultRouteSettings", {}).get("ThrottlingRateLimit", 0))

    def log_days(self) -> Mapping[str, int | None]:
        """For how long each group of logs is kept; None for ever."""
        logs = self.client("logs")
        found: dict[str, int | None] = {}
        for name, physical in self._of_type(_LOGS):
            answer = logs.describe_log_groups(logGroupNamePrefix=physical)
            (group,) = (each for each in answer["logGroups"] if each["logGroupName"] == physical)
            found[name] = group.get("retentionInDays")
        return found

    def _of_type(self, kind: str) -> Iterator[tuple[str, str]]:
        for each in self.resources:
            if each["ResourceType"] == kind:
                yield each["LogicalResourceId"], each["PhysicalResourceId"]

    def _table(self, name: str, physical: str) -> Table:
        tables = self.client("dynamodb")
        table = tables.describe_table(TableName=physical)["Table"]
        backups = tables.describe_continuous_backups(TableName=physical)
        recovery = backups["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        encryption = table.get("SSEDescription", {})
        return Table(
            name=name,
            is_recoverable=recovery.get("PointInTimeRecoveryStatus") == "ENABLED",
            is_protected=table.get("DeletionProtectionEnabled", False),
            key=encryption.get("KMSMasterKeyArn") if encryption.get("SSEType") == "KMS" else None,
        )

    def _key(self, name: str, physical: str) -> Key:
        keys = self.client("kms")
        described = keys.describe_key(KeyId=physical)["KeyMetadata"]
        is_symmetric = described.get("KeySpec", "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT"
        rotates = is_symmetric and bool(
            keys.get_key_rotation_status(KeyId=physical)["KeyRotationEnabled"]
        )
        return Key(
            name=name,
            is_enabled=described["KeyState"] == "Enabled",
            is_symmetric=is_symmetric,
            rotates=rotates,
        )
