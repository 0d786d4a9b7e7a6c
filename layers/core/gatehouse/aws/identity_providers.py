"""The operator's list of providers, with our secrets there, in Secrets Manager."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.failures import translated
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.identity_providers import MalformedProviders, Provider, read_providers
from gatehouse.domain.strict_json import InvalidJson, parse

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


class ProvidersUnreadable(Unavailable):
    """The list cannot be used; `reason` is for the log alone."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SecretsManagerProviders:
    """Keeps `Providers`; read each time, so that what the operator writes holds at once."""

    client: "SecretsManagerClient"
    secret: str

    def all(self) -> tuple[Provider, ...]:
        """See `Providers.all`."""
        with translated():
            text = self.client.get_secret_value(SecretId=self.secret)["SecretString"]
        try:
            return read_providers(parse(text.encode()))
        except (InvalidJson, MalformedProviders) as error:
            raise ProvidersUnreadable(f"OidcProviders: {error}") from error
