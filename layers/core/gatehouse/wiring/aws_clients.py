"""What wiring that several functions share needs of AWS clients, whoever makes them.

Two modules keep it: `clients`, with boto3, and `lean_clients`, for functions that are called all
the time.
"""

from typing import TYPE_CHECKING, Final, Protocol

from gatehouse.aws.dispatcher import CONNECT_SECONDS, READ_SECONDS
from gatehouse.aws.wire.endpoints import Patience

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb, Kms

IMPATIENT: Final = Patience(connect_seconds=1, read_seconds=2, attempts=2)
"""A caller waits: give up while there is time left to answer 503."""

PATIENT: Final = Patience(connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS, attempts=1)
"""For dispatch, whose call takes its time; a second attempt could make it twice."""


class AwsClients(Protocol):
    """One client of each service, for the life of the process."""

    def dynamodb(self) -> "DynamoDb":
        """Return the client of both tables."""
        ...

    def kms(self) -> "Kms":
        """Return the client of keys."""
        ...
