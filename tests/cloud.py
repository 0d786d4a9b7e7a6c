"""The template as CloudFormation gets it: translated by SAM's own code, conditions decided."""

import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from boto3 import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

Json = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
NOTHING = "AWS::NoValue"


def source() -> Json:
    """Return template.yaml as written, the caller's to change."""
    return deepcopy(_parsed())


@cache
def _parsed() -> Json:
    parsed: Json = yaml_parse((ROOT / "template.yaml").read_text())
    return parsed


def packaged() -> Json:
    """Return the template as `sam package` leaves it, the caller's to change."""
    raw = source()
    for resource in raw["Resources"].values():
        properties = resource.get("Properties", {})
        for name in {"CodeUri", "ContentUri"} & properties.keys():
            properties[name] = "s3://bucket/key"
    return raw


def as_cloudformation(template: Json, **parameters: str) -> Json:
    """Return what SAM makes of a packaged template, intrinsic functions as they are."""
    translator = Translator({}, Parser(), boto_session=Session(region_name="eu-central-1"))
    made: Json = translator.translate(deepcopy(template), parameter_values=parameters)
    return made


@cache
def translated(stage: str, **parameters: str) -> Json:
    """Return the resources of `stage`, intrinsic functions resolved.

    Other parameters than those given have their defaults.
    A reference to a resource becomes its logical id, an attribute `Id.Attribute`.
    """
    template = as_cloudformation(packaged(), Stage=stage, **parameters)
    resolver = Resolver(template, stage, parameters)
    return {
        name: resolver.resolve(resource)
        for name, resource in template["Resources"].items()
        if resolver.holds(resource.get("Condition"))
    }


def role_of(noun: str, stage: str, **parameters: str) -> Json:
    """Return the role of `functions/<noun>` in `stage`."""
    role: Json = translated(stage, **parameters)[f"{noun.capitalize()}FunctionRole"]["Properties"]
    return role


class Resolver:
    """Decides conditions and resolves references for one stage."""

    def __init__(self, template: Json, stage: str, parameters: Json) -> None:
        self.conditions = template.get("Conditions", {})
        self.values = {n: p.get("Default", "") for n, p in template["Parameters"].items()}
        self.values |= parameters
        self.values |= {"Stage": stage, "AWS::Region": "eu-central-1", "AWS::Partition": "aws"}
        self.values |= {"AWS::AccountId": "000000000000", "AWS::URLSuffix": "amazonaws.com"}

    def holds(self, condition: str | None) -> bool:
        """Decide a named condition."""
        return condition is None or bool(self.resolve(self.conditions[condition]))

    def resolve(self, value: Any) -> Any:
        """Resolve `value` and everything in it."""
        if isinstance(value, list):
            return [v for v in map(self.resolve, value) if v != NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name, argument), *_ = value.items()
            if name == "Ref" or name.startswith("Fn::") or name == "Condition":
                return self._call(name, argument)
        resolved = {k: self.resolve(v) for k, v in value.items()}
        return {k: v for k, v in resolved.items() if v != NOTHING}

    def _call(self, name: str, argument: Any) -> Any:  # noqa: C901, PLR0911
        match name:
            case "Ref":
                return self.values.get(argument, argument)
            case "Fn::GetAtt":
                return argument if isinstance(argument, str) else ".".join(argument)
            case "Fn::If":
                condition, then, otherwise = argument
                return self.resolve(then if self.holds(condition) else otherwise)
            case "Fn::Equals":
                left, right = self.resolve(argument)
                return left == right
            case "Condition":
                return self.holds(argument)
            case "Fn::And" | "Fn::Or":
                return (all if name == "Fn::And" else any)(map(self.resolve, argument))
            case "Fn::Not":
                return not self.resolve(argument)[0]
            case "Fn::Sub":
                text, extra = (argument, {}) if isinstance(argument, str) else argument
                known = self.values | self.resolve(extra)
                return re.sub(r"\$\{([^}]+)\}", lambda m: str(known.get(m[1], m[1])), text)
            case "Fn::Select":
                index, parts = argument[0], self.resolve(argument[1])
                return parts[index] if index < len(parts) else f"part {index} of {argument[1]}"
            case "Fn::Split":
                return self.resolve(argument[1]).split(argument[0])
            case "Fn::Join":
                return argument[0].join(map(str, self.resolve(argument[1])))
            case _:
                raise NotImplementedError(name)
