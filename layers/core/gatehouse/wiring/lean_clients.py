"""Clients of `gatehouse.aws.wire`, for functions whose every millisecond is paid for."""

import os
from functools import cache

from gatehouse.aws.wire.client import Surroundings, surroundings
from gatehouse.aws.wire.services import WireDynamoDb, WireFunctions, WireKms, WireSecretsManager
from gatehouse.wiring import clock
from gatehouse.wiring.aws_clients import IMPATIENT, PATIENT


@cache
def dynamodb() -> WireDynamoDb:
    """Return the client of both tables."""
    return WireDynamoDb(IMPATIENT, _surroundings())


@cache
def secretsmanager() -> WireSecretsManager:
    """Return the client of the key ring."""
    return WireSecretsManager(IMPATIENT, _surroundings())


@cache
def kms() -> WireKms:
    """Return the client that opens tool secrets, signs certificates and reads public keys."""
    return WireKms(IMPATIENT, _surroundings())


@cache
def functions() -> WireFunctions:
    """Return the client through which dispatch is invoked."""
    return WireFunctions(PATIENT, _surroundings())


@cache
def _surroundings() -> Surroundings:
    # The variables of AWS's SDKs, of which the credentials and the trace change with time.
    return surroundings(os.environ, clock.seconds)  # noqa: TID251
