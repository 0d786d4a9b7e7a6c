"""Functions change as versions that follow whatever they are made of, and a tenth goes first."""

import re
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from tests.cloud import Json, as_cloudformation, packaged, source, translated

CALLERS = ("mcp", "keys", "console")
"""Those who invoke dispatch."""
PUBLIC = (*CALLERS, "token", "signin")
VERSIONED = (*PUBLIC, "dispatch")
OF_THE_STACK = frozenset({"AWS::StackId", "AWS::NoValue"})
"""What a stack has for life."""


def function(noun: str) -> str:
    return f"{noun.capitalize()}Function"


def resources(template: Json | None = None, **parameters: str) -> Json:
    made = as_cloudformation(template or packaged(), **{"Stage": "prod", **parameters})
    found: Json = made["Resources"]
    return found


def version(noun: str, found: Json) -> tuple[str, Json]:
    """Return the version of a function that the template publishes, by its logical id."""
    ((name, resource),) = (
        (n, r)
        for n, r in found.items()
        if r["Type"] == "AWS::Lambda::Version"
        and r["Properties"]["FunctionName"] == {"Ref": function(noun)}
    )
    return name, resource["Properties"]


def references(value: object) -> Iterator[str]:
    """Yield what a value refers to, and the names of the conditions that decide in it."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        yield from _named(value)
        for each in value.values():
            yield from references(each)


def _named(value: Json) -> Iterator[str]:
    if len(value) != 1:
        return
    ((kind, argument),) = value.items()
    match kind:
        case "Ref" | "Condition":
            yield argument
        case "Fn::GetAtt":
            yield argument if isinstance(argument, str) else ".".join(argument)
        case "Fn::If":
            yield argument[0]
        case "Fn::Sub":
            text = argument if isinstance(argument, str) else argument[0]
            yield from re.findall(r"\$\{([^}]+)\}", text)
        case _:
            pass


def what_reaches(noun: str) -> set[str]:
    """All that the properties of a function refer to, conditions taken apart."""
    conditions = source()["Conditions"]
    reaching = set(references(resources()[function(noun)]["Properties"]))
    while named := reaching & conditions.keys():
        reaching = (reaching - named) | {r for n in named for r in references(conditions[n])}
    return reaching


@pytest.mark.parametrize("noun", VERSIONED)
def test_a_version_follows_everything_that_its_function_refers_to(noun: str) -> None:
    found = resources()
    number = set(references(found["Configuration"]["Properties"]["Content"]))
    _, properties = version(noun, found)
    # Roles keep their ARN: only a name or a path would replace one, and none is given.
    roles = {f"{name}.Arn" for name, r in found.items() if r["Type"] == "AWS::IAM::Role"}
    assert all({"RoleName", "Path"}.isdisjoint(found[r[:-4]]["Properties"]) for r in roles)

    followed = number | set(references(properties["Description"])) | roles | OF_THE_STACK

    assert "Configuration.VersionNumber" in set(references(properties["Description"]))
    assert what_reaches(noun) - followed == set()


@pytest.mark.parametrize("noun", VERSIONED)
def test_a_function_changes_whenever_its_version_is_to_be_published(noun: str) -> None:
    """CloudFormation refuses a version of a function that is as it was."""
    found = resources()
    _, properties = version(noun, found)

    assert set(references(properties["Description"])) <= what_reaches(noun)


def test_the_configuration_names_nothing_that_no_function_has() -> None:
    """Else a change that reaches none would publish them all."""
    content = set(references(resources()["Configuration"]["Properties"]["Content"]))

    assert content <= {reaching for noun in VERSIONED for reaching in what_reaches(noun)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CodeUri", "s3://bucket/other"),
        ("Timeout", 9),
        ("MemorySize", 1024),
        ("Runtime", "python3.14"),
    ],
)
def test_other_code_and_other_properties_are_another_version(name: str, value: object) -> None:
    before, _ = version("token", resources())
    template = packaged()
    template["Resources"]["TokenFunction"]["Properties"][name] = value

    after, _ = version("token", resources(template))

    assert after != before
    assert version("mcp", resources(template)) == version("mcp", resources())


def test_another_layer_is_another_configuration() -> None:
    template = packaged()
    template["Resources"]["CoreLayer"]["Properties"]["ContentUri"] = "s3://bucket/other"
    before, after = (
        found["Configuration"]["Properties"]["Content"]["Fn::Sub"]
        for found in (resources(), resources(template))
    )

    assert after != before


def test_the_same_template_is_the_same_versions() -> None:
    assert resources() == resources()


@pytest.mark.parametrize("noun", CALLERS)
def test_dispatch_is_called_in_the_version_that_the_caller_was_deployed_with(noun: str) -> None:
    found = resources()
    dispatch, _ = version("dispatch", found)
    variables = found[function(noun)]["Properties"]["Environment"]["Variables"]
    _, properties = version(noun, found)

    assert variables["DISPATCH_FUNCTION"] == {"Ref": dispatch}
    assert dispatch in set(references(properties["Description"]))


@pytest.mark.parametrize("noun", PUBLIC)
def test_the_api_asks_for_the_version_that_is_live(noun: str) -> None:
    body = resources()["Api"]["Properties"]["Body"]
    asked = {
        name
        for methods in body["paths"].values()
        for method in methods.values()
        for name in references(method["x-amazon-apigateway-integration"]["uri"])
        if name.startswith(function(noun))
    }

    assert asked == {f"{function(noun)}Aliaslive"}


@pytest.mark.parametrize("noun", VERSIONED)
def test_former_versions_go_when_the_new_ones_serve(noun: str) -> None:
    """Who may invoke dispatch may invoke any version: none may be left that is known to be bad."""
    name, _ = version(noun, resources())

    assert resources()[name]["DeletionPolicy"] == "Delete"
    assert resources()[name]["UpdateReplacePolicy"] == "Delete"


def test_what_a_role_allows_follows_no_parameter_that_versions_differ_in() -> None:
    """Roles change at once; for a while a former version has them, and what it was deployed with.

    Keys of one's own are listed before one of them seals, and a VPC asks nothing of code.
    """
    growing = {"SecretsKeyArns", "HasOtherSecretsKeys", "InVpc"}
    found = resources()
    asked = {
        name
        for noun in VERSIONED
        for name in references(found[f"{function(noun)}Role"]["Properties"])
    }

    assert asked & (source()["Parameters"].keys() | source()["Conditions"].keys()) == {
        *growing,
        "OnAWS",
    }


def shifted(stage: str, **parameters: str) -> set[str]:
    found = translated(stage, **parameters)
    groups = {n for n, r in found.items() if r["Type"] == "AWS::CodeDeploy::DeploymentGroup"}
    followed = {
        r["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]
        for r in found.values()
        if "UpdatePolicy" in r
    }
    assert followed == groups
    return groups


@pytest.mark.parametrize("stage", ["local", "dev", "staging", "prod"])
def test_nothing_waits_for_what_waits_for_it(stage: str) -> None:
    """Alarms watch functions, versions ask alarms, and a configuration names what all have."""
    found = resources(Stage=stage)
    needs = {
        name: {each.partition(".")[0] for each in references(resource)} & found.keys()
        for name, resource in found.items()
    }

    assert len([*TopologicalSorter(needs).static_order()]) == len(found)


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_a_tenth_of_the_requests_goes_first_where_there_are_users(stage: str) -> None:
    assert shifted(stage) == {f"{function(noun)}DeploymentGroup" for noun in PUBLIC}


def test_all_go_at_once_where_there_are_none_and_where_it_is_asked_for() -> None:
    assert shifted("dev") == shifted("local") == shifted("prod", Rollout="at-once") == set()


@pytest.mark.parametrize("noun", PUBLIC)
def test_what_fails_for_the_tenth_is_taken_back(noun: str) -> None:
    found = translated("prod")
    group = found[f"{function(noun)}DeploymentGroup"]["Properties"]
    alarms = {alarm["Name"] for alarm in group["AlarmConfiguration"]["Alarms"]}
    errors = {f"{noun.capitalize()}Errors"} | ({"DispatchErrors"} if noun == "mcp" else set())

    assert group["AlarmConfiguration"]["Enabled"]
    assert alarms == errors
    assert all(found[alarm]["Type"] == "AWS::CloudWatch::Alarm" for alarm in alarms)
    assert group["AutoRollbackConfiguration"]["Enabled"]
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent10Minutes"


@pytest.mark.parametrize("noun", ["rotate", "audit"])
def test_what_runs_once_a_day_has_no_versions(noun: str) -> None:
    """A tenth of one run is nothing to judge by."""
    assert f"{function(noun)}Aliaslive" not in resources()
