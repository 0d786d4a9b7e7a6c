"""What requests and answers about tools, prompts and resources have in common."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from gatehouse.domain.prompts import Prompt
from gatehouse.domain.resources import Resource
from gatehouse.domain.tools import AuthStrategy, SignatureScheme, Tool
from gatehouse.edge.rest.models import Answer, Input, rfc3339

Icon = dict[str, JsonValue]
Strategy = Annotated[AuthStrategy, Field(strict=False)]
Scheme = Annotated[SignatureScheme, Field(strict=False)]
Standing = Literal["approved", "pending"]


class Identity(BaseModel):
    """Which headers about the member a call carries."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: bool = False
    email: bool = False
    roles: bool = False


class Change(Input):
    """A change: fields given replace those stored, the others stay. A name never changes."""

    version: int | None = Field(default=None, description="Or in If-Match.")


class Approval(Input):
    """Which definition is approved."""

    digest: str


class StoredAnswer(Answer):
    """Something stored that has a definition."""

    id: str
    name: str
    is_enabled: bool
    version: int
    digest: str
    created_at: str
    updated_at: str


class ApprovedAnswer(StoredAnswer):
    """Something stored whose definition may have to be approved."""

    approval: Standing


def stored_fields(stored: Tool | Prompt | Resource) -> dict[str, Any]:
    """Return the fields of `StoredAnswer`, but for the name, which is part of a definition."""
    return {
        "id": stored.id,
        "is_enabled": stored.is_enabled,
        "version": stored.version,
        "digest": stored.digest,
        "created_at": rfc3339(stored.created_at),
        "updated_at": rfc3339(stored.updated_at),
    }


def approved_fields(stored: Tool | Resource) -> dict[str, Any]:
    """Return the fields of `ApprovedAnswer`, but for the name."""
    approval: Standing = "approved" if stored.is_approved else "pending"
    return {**stored_fields(stored), "approval": approval}
