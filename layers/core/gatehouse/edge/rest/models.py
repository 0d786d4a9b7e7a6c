"""What requests and answers are made of; the OpenAPI document is generated from these."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Final, Generic, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from gatehouse.domain import base64url
from gatehouse.domain.errors import FieldError, InvalidFields

Shown = TypeVar("Shown", bound=BaseModel)

MAX_ERRORS: Final = 100
MAX_FIELD: Final = 128
MAX_CURSOR_BYTES: Final = 1000
"""A cursor names an item, whose key holds 1,024 bytes with its prefix."""


class Input(BaseModel):
    """A request's body, or the query of a request that has none; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(Input):
    """A request that says everything by its path."""


class Answer(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True)


class Listing(Answer, Generic[Shown]):
    """A page of a list."""

    items: list[Shown]
    next_cursor: str | None

    @classmethod
    def of(cls, items: Iterable[Shown], next_after: str | None) -> Self:
        """Return a page that is followed by the items after `next_after`, if there are any."""
        return cls(items=list(items), next_cursor=write_cursor(next_after))


def _read_cursor(text: str) -> str:
    try:
        data = base64url.decode(text)
        name = data.decode()
    except ValueError as error:
        raise ValueError("is not a cursor of this list") from error
    if not 1 <= len(data) <= MAX_CURSOR_BYTES:
        raise ValueError("is not a cursor of this list")
    return name


def write_cursor(after: str | None) -> str | None:
    """Return the cursor of the page that follows the item named `after`."""
    if after is None:
        return None
    return base64url.encode(after.encode())


class PageQuery(Input):
    """Which part of a list."""

    # A query is text, so numbers and the like are read from it.
    model_config = ConfigDict(strict=False)

    limit: int = Field(default=50, ge=1, le=100)
    cursor: Annotated[str, AfterValidator(_read_cursor)] | None = None


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldProblem] | None = None
    current_version: int | None = None
    request_id: str


def rfc3339(seconds: int) -> str:
    """Write epoch seconds as RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def rfc3339_ms(milliseconds: int) -> str:
    """Write epoch milliseconds as RFC 3339."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


InputT = TypeVar("InputT", bound=Input)


def checked(model: type[InputT], values: Mapping[str, str] | JsonValue) -> InputT:
    """Read `values` as `model`; raise `InvalidFields` naming every field that is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidFields(field_errors(error)) from None


def field_errors(error: ValidationError) -> tuple[FieldError, ...]:
    """Return pydantic's findings in our words, without the values that caused them."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        FieldError(
            ".".join(map(str, each["loc"]))[:MAX_FIELD] or "body",
            _MESSAGES.get(each["type"], each["msg"].removeprefix("Value error, ")),
        )
        for each in found[:MAX_ERRORS]
    )


_MESSAGES: Final = {"missing": "is required", "extra_forbidden": "is not a field of this request"}
