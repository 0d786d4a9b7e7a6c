"""The environment, read once and typed.

Each function gets only the variables it needs (see template.yaml), so a setting is read when it
is asked for, and a missing one is an error of that moment, which names the variable.
"""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, cast

if TYPE_CHECKING:
    from gatehouse.domain.addresses import Network


class MisconfiguredDeployment(RuntimeError):
    """A setting is missing or not acceptable; the function must not serve."""


Stage = Literal["local", "dev", "staging", "prod"]
_WITH_USERS: Final = frozenset({"staging", "prod"})
"""Stages that must be as safe as they ever will be."""


@dataclass(frozen=True)
class Settings:
    """One property per variable of template.yaml."""

    @cached_property
    def stage(self) -> Stage:
        """Which kind of deployment this is."""
        stage = _required("STAGE")
        if stage not in {"local", "dev", "staging", "prod"}:
            raise MisconfiguredDeployment("STAGE is not local, dev, staging or prod")
        return cast("Stage", stage)

    @property
    def starts_as_snapshot(self) -> bool:
        """Whether instances begin as copies of one (SnapStart)."""
        kind = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE")  # noqa: TID251
        return kind == "snap-start"

    @cached_property
    def deployment_id(self) -> str:
        """What tells this deployment's tokens from any other's."""
        return _required("DEPLOYMENT_ID")

    @cached_property
    def public_url(self) -> str | None:
        """The public origin, when the deployment has a name of its own."""
        return os.environ.get("PUBLIC_URL") or None  # noqa: TID251

    @cached_property
    def authority_table(self) -> str:
        """The table of who may do what."""
        return _required("AUTHORITY_TABLE")

    @cached_property
    def activity_table(self) -> str:
        """The table of what happened."""
        return _required("ACTIVITY_TABLE")

    @cached_property
    def secrets_key_arn(self) -> str:
        """The KMS key under which tool secrets are sealed."""
        return _required("SECRETS_KEY_ARN")

    @cached_property
    def opening_key_arns(self) -> tuple[str, ...]:
        """The KMS keys under which tool secrets may be, the one they are sealed under first."""
        others = os.environ.get("OTHER_SECRETS_KEYS", "").split(",")  # noqa: TID251
        return tuple(dict.fromkeys(arn for arn in (*others, self.secrets_key_arn) if arn))

    @cached_property
    def receipt_key_arn(self) -> str:
        """The KMS key that certifies those who sign receipts."""
        return _required("RECEIPT_KEY_ARN")

    @cached_property
    def audit_key_arn(self) -> str:
        """The KMS key that signs where the audit ends."""
        return _required("AUDIT_KEY_ARN")

    @cached_property
    def key_ring_secret(self) -> str:
        """The secret that holds the session key ring."""
        return _required("KEY_RING_SECRET")

    @cached_property
    def signing_keys(self) -> tuple[str, ...]:
        """The KMS keys under which access tokens may be."""
        return tuple(_required("SIGNING_KEYS").split(","))

    @cached_property
    def signing_key(self) -> str:
        """The one of them that signs."""
        return _required("SIGNING_KEY")

    @cached_property
    def admin_token_secret(self) -> str:
        """The secret that holds the bootstrap admin token."""
        return _required("ADMIN_TOKEN_SECRET")

    @cached_property
    def dispatch_function(self) -> str:
        """The name of the dispatch function."""
        return _required("DISPATCH_FUNCTION")

    @cached_property
    def allowed_origins(self) -> frozenset[str]:
        """Browser origins that may call; none by default."""
        listed = os.environ.get("ALLOWED_ORIGINS", "").split(",")  # noqa: TID251
        origins = frozenset(origin.strip() for origin in listed if origin.strip())
        self._require_named("ALLOWED_ORIGINS", origins)
        return origins

    @cached_property
    def allowed_hosts(self) -> frozenset[str]:
        """Domains under which this deployment may be called; none means those of its API."""
        listed = os.environ.get("ALLOWED_HOSTS", "").lower().split(",")  # noqa: TID251
        hosts = frozenset(host.strip() for host in listed if host.strip())
        self._require_named("ALLOWED_HOSTS", hosts)
        return hosts

    @cached_property
    def oidc_providers_secret(self) -> str:
        """The secret that lists where people sign in, with our secrets there."""
        return _required("OIDC_PROVIDERS_SECRET")

    @cached_property
    def admin_emails(self) -> frozenset[str]:
        """Verified addresses whose first sign-in makes an administrator; none by default."""
        from gatehouse.domain.email_addresses import normalized  # noqa: PLC0415 - one needs it

        listed = os.environ.get("ADMIN_EMAILS", "").split(",")  # noqa: TID251
        found = [normalized(each.strip()) for each in listed if each.strip()]
        if None in found:
            raise MisconfiguredDeployment("ADMIN_EMAILS holds something that is no address")
        return frozenset(each for each in found if each is not None)

    @cached_property
    def sign_ins_per_minute(self) -> int:
        """How many requests around signing in one address may send."""
        return int(_required("SIGN_INS_PER_MINUTE"))

    @cached_property
    def failures_per_minute(self) -> int:
        """How many credentials that do not hold one address may send."""
        return int(_required("FAILURES_PER_MINUTE"))

    @cached_property
    def dynamic_client_registration(self) -> bool:
        """Whether OAuth clients may register themselves, and those are known that did."""
        return self._switch("DYNAMIC_CLIENT_REGISTRATION")

    @cached_property
    def allow_unverified_minting(self) -> bool:
        """Whether sessions may be minted for a bare member_external_id; only while developing."""
        return self._unsafe("ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING", {"local", "dev"})

    @cached_property
    def allow_insecure_upstreams(self) -> bool:
        """Whether tools may call `http://127.0.0.1`; only on a developer's machine."""
        return self._unsafe("ALLOW_INSECURE_UPSTREAMS", {"local"})

    @cached_property
    def allowed_private_cidrs(self) -> "tuple[Network, ...]":
        """Networks of the deployment's own, such as its VPC, that tools may call; none usually."""
        from gatehouse.domain.addresses import read_private_networks  # noqa: PLC0415 - two need it

        try:
            return read_private_networks(os.environ.get("ALLOWED_PRIVATE_CIDRS", ""))  # noqa: TID251
        except ValueError as error:
            raise MisconfiguredDeployment(f"ALLOWED_PRIVATE_CIDRS: {error}") from error

    @cached_property
    def own_loopback_ports(self) -> frozenset[int]:
        """Ports of 127.0.0.1 on which this function's own surroundings listen.

        Above all the Lambda Runtime API, through which calls are received and answered.
        """
        names = ("AWS_LAMBDA_RUNTIME_API", "AWS_ENDPOINT_URL")
        found = (re.search(r":([0-9]{1,5})/?$", os.environ.get(name, "")) for name in names)  # noqa: TID251
        return frozenset(int(port[1]) for port in found if port)

    def require_safe(self) -> None:
        """Refuse to serve if any setting opens what must stay shut in this stage.

        Raises:
            MisconfiguredDeployment: It names the setting.
        """
        _ = self.allowed_origins, self.allowed_hosts, self.allow_unverified_minting
        _ = self.allow_insecure_upstreams, self.allowed_private_cidrs
        _ = self.dynamic_client_registration
        if self.stage in _WITH_USERS and (self.public_url or "https:").startswith("http:"):
            raise MisconfiguredDeployment(f"PUBLIC_URL must be https in {self.stage}")

    def _require_named(self, name: str, listed: frozenset[str]) -> None:
        if "*" in listed and self.stage in _WITH_USERS:
            raise MisconfiguredDeployment(f"{name} may not hold * in {self.stage}")

    def _unsafe(self, name: str, stages: set[str]) -> bool:
        """Read a switch that opens something; refuse to serve where it must stay shut."""
        is_on = self._switch(name)
        if is_on and self.stage not in stages:
            raise MisconfiguredDeployment(f"{name} may not be true in {self.stage}")
        return is_on

    @staticmethod
    def _switch(name: str) -> bool:
        value = os.environ.get(name, "false")  # noqa: TID251
        if value not in {"true", "false"}:
            raise MisconfiguredDeployment(f"{name} is neither true nor false")
        return value == "true"


def _required(name: str) -> str:
    value = os.environ.get(name)  # noqa: TID251
    if not value:
        raise MisconfiguredDeployment(f"{name} is not set")
    return value
