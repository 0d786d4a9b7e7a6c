"""What pages about people and apps add to the API's answers: names, and actions by area."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final

from gatehouse.domain.roles import Action, Role
from gatehouse.edge.console.pages import Answers
from gatehouse.edge.console.words import words

Areas = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def by_area(actions: Iterable[str]) -> Areas:
    """Return actions under what they are about: each with the word for what is done."""
    chosen = set(actions)
    ordered = [str(action) for action in Action if action in chosen]
    return tuple(
        (words(area), tuple((action, words(action.partition(":")[2])) for action in each))
        for area, each in groupby(ordered, key=lambda action: action.partition(":")[0])
    )


ALL: Final = by_area(Action)
ROLE_NAMES: Final = tuple((role.value, words(role)) for role in Role)


def with_areas(answers: Answers) -> Answers:
    """Add all actions by area, the built-in roles against them, and the project's own roles."""
    roles = answers["roles"]["items"]
    return {
        **answers,
        "areas": ALL,
        "built_in": [each for each in roles if not each["custom"]],
        "own_roles": [each for each in roles if each["custom"]],
    }


def with_custom_roles(answers: Answers) -> Answers:
    """Add the project's own roles as boxes of one group."""
    own = tuple((each["name"], each["name"]) for each in _custom(answers))
    return {**answers, "own_roles": (("", own),) if own else ()}


def with_names(answers: Answers) -> Answers:
    """Add what people, groups, tools and prompts are called, by their ids."""
    names: dict[str, str] = {}
    for listed, called in (
        ("people", "email"), ("groups", "name"), ("tools", "name"), ("prompts", "name"),
    ):  # fmt: skip
        found: Mapping[str, Any] = answers.get(listed) or {"items": ()}
        names |= {each.get("id") or each["user_id"]: each[called] for each in found["items"]}
    return {**answers, "names": names}


def with_projects(answers: Answers) -> Answers:
    """Add what projects are called, those in which an app is not yet, and actions by area."""
    granted = {each["project_id"] for each in answers["app"]["grants"]}
    projects = answers["projects"]["items"]
    return {
        **answers,
        "areas": ALL,
        "project_names": {each["id"]: each["name"] for each in projects},
        "free": [each for each in projects if each["id"] not in granted],
    }


def _custom(answers: Answers) -> list[Mapping[str, Any]]:
    return [each for each in answers["roles"]["items"] if each["custom"]]
