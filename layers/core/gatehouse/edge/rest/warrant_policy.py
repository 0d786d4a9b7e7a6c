"""What a project asks of warrants."""

from typing import Annotated

from pydantic import Field

from gatehouse.domain.projects import Project
from gatehouse.domain.revocations import own_issuer
from gatehouse.domain.warrant_policies import WarrantMode, WarrantPolicy
from gatehouse.edge.rest.models import Answer, Input, Nothing
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.edge.rest.versions import etag, expected_version, lost_race
from gatehouse.usecases.management import Management

Mode = Annotated[WarrantMode, Field(strict=False)]


class PolicyBody(Input):
    """A policy, whole: it replaces what stands."""

    mode: Mode = Field(description="For every tool that is not set stricter.")
    require_warrant: bool = Field(description="Whether a call without a warrant is not allowed.")
    clearances: dict[str, int] = Field(
        description="The level, 1 to 50, that tools ask for, by name or by prefix and *."
    )
    receipts: bool = Field(description="Whether each decision is kept as a signed receipt.")
    version: int | None = Field(default=None, description="Or in If-Match.")


class PolicyAnswer(Answer):
    """The policy in force; `version` is the project's, which each change of it raises."""

    mode: WarrantMode
    require_warrant: bool
    clearances: dict[str, int]
    receipts: bool
    version: int
    revocation_key: Annotated[
        str, Field(description="Signs the project's own revocation list; Ed25519, hexadecimal.")
    ]


def read_policy(_management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Read what the project asks of warrants."""
    return _answered(call.project)


def replace_policy(management: Management, call: Call, body: PolicyBody) -> Answered:
    """Replace what the project asks of warrants, on the version that the caller knows."""
    version = expected_version(call.request, body.version)
    policy = WarrantPolicy(**body.model_dump(exclude={"version"}))
    with lost_race(call.request):
        return _answered(
            management.warrants.change_policy(call.project_id, policy, version=version)
        )


def _answered(project: Project) -> Answered:
    policy = project.warrant_policy
    answer = PolicyAnswer(
        mode=policy.mode,
        require_warrant=policy.require_warrant,
        clearances=dict(policy.clearances),
        receipts=policy.receipts,
        version=project.version,
        revocation_key=own_issuer(project).hex(),
    )
    return Answered(answer=answer, etag=etag(project.version))
