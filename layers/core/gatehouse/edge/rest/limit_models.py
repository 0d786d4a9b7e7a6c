"""Limits in requests and answers."""

from dataclasses import asdict

from pydantic import Field

from gatehouse.domain.limits import LARGEST, UNLIMITED, Limits
from gatehouse.edge.rest.models import Answer, Input


class LimitsInput(Input):
    """How many calls are let pass; a field that is null or left out does not limit."""

    per_second: int | None = Field(default=None, description=f"0 to {LARGEST.per_second}.")
    per_minute: int | None = Field(default=None, description=f"0 to {LARGEST.per_minute}.")
    per_day: int | None = Field(default=None, description=f"0 to {LARGEST.per_day}.")
    concurrent: int | None = Field(
        default=None, description=f"At a time, 0 to {LARGEST.concurrent}."
    )


class LimitsAnswer(Answer):
    """How many calls are let pass; null does not limit."""

    per_second: int | None
    per_minute: int | None
    per_day: int | None
    concurrent: int | None


def read_limits(given: LimitsInput | None) -> Limits:
    """Return the limits that a request describes; null means none."""
    return UNLIMITED if given is None else Limits(**given.model_dump())


def limits_answer(limits: Limits) -> LimitsAnswer:
    """Return limits as they are shown."""
    return LimitsAnswer(**asdict(limits))
