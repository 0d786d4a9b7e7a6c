"""Builds the set of pages that may call."""

from typing import TYPE_CHECKING

from gatehouse.aws.app_origins import DynamoAppOrigins
from gatehouse.settings import Settings
from gatehouse.usecases.allowed_origins import AllowedOrigins
from gatehouse.wiring import clock

if TYPE_CHECKING:
    from gatehouse.wiring.aws_clients import AwsClients


def allowed_origins(settings: Settings, aws: "AwsClients") -> AllowedOrigins:
    """Build it; one for the life of the process remembers what apps have registered."""
    of_apps = DynamoAppOrigins(aws.dynamodb, settings.authority_table, clock.now)
    return AllowedOrigins(settings.allowed_origins, of_apps)
