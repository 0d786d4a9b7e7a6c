"""A deployment with other parameters serves them; one without anything new publishes nothing."""

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from local.aws import free_port
from local.build import built_template
from local.front import Front
from local.stack import LIVE, VERSIONED, LocalStack
from tests.integration.echo import Echo
from tests.integration.world import Tenant, World

pytestmark = pytest.mark.operations

FORMER, NEXT = "https://former.example", "https://next.example"


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack of its own, which is deployed more than once."""
    home = tmp_path_factory.mktemp("releases")
    parameters = {"AllowedOrigins": FORMER}
    with LocalStack(home=home, aws_port=free_port(), parameters=parameters) as deployed:
        yield deployed


def deploy(stack: LocalStack, *, keeping_former: bool = False, **parameters: str) -> None:
    """Deploy with these parameters; former versions stay, as until the last request has moved."""
    template = built_template()
    if keeping_former:
        for noun in VERSIONED:
            template["Resources"][f"{noun.capitalize()}Function"]["UpdateReplacePolicy"] = "Retain"
    stack.parameters = {**stack.parameters, **parameters}
    stack.deploy(template)


def live(stack: LocalStack) -> dict[str, int]:
    """Return the version of each function that serves."""
    functions = stack.client("lambda")
    return {
        noun: int(
            functions.get_alias(FunctionName=stack.function_names[noun], Name=LIVE)[
                "FunctionVersion"
            ]
        )
        for noun in VERSIONED
    }


def allows(url: str, origin: str) -> bool:
    asking = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = httpx.options(f"{url}/mcp", headers=asking, timeout=30)
    return bool(answer.headers.get("access-control-allow-origin") == origin)


def versions_that_ran(stack: LocalStack, noun: str) -> set[str]:
    """Return the versions of a function that have written to its log."""
    group = stack.function(noun)["LoggingConfig"]["LogGroup"]
    streams = stack.client("logs").describe_log_streams(logGroupName=group)["logStreams"]
    return {s["logStreamName"].partition("[")[2].partition("]")[0] for s in streams}


def succeeds(tenant: Tenant, tool: str) -> bool:
    answered = tenant.call(tenant.session(), tool)
    return "result" in answered and not answered["result"].get("isError")


@pytest.fixture
def tenant(stack: LocalStack) -> Iterator[Tenant]:
    world = World(stack.api_url, stack.admin_token)
    with world.http:
        yield world.tenant("Releases")


def test_another_value_of_a_parameter_is_served_by_new_versions(stack: LocalStack) -> None:
    before = live(stack)
    assert allows(stack.api_url, FORMER)

    deploy(stack, AllowedOrigins=NEXT)

    assert live(stack) == {noun: number + 1 for noun, number in before.items()}
    assert allows(stack.api_url, NEXT)
    assert not allows(stack.api_url, FORMER)


def test_what_no_function_has_publishes_no_version(stack: LocalStack) -> None:
    before = live(stack)

    deploy(stack, LogRetentionDays="14")

    assert stack.deployed.changed
    assert live(stack) == before


def test_versions_that_begin_as_snapshots_serve(stack: LocalStack) -> None:
    deploy(stack, SnapStart="true")

    functions = stack.client("lambda")
    for noun, number in live(stack).items():
        functions.get_waiter("published_version_active").wait(
            FunctionName=stack.function_names[noun],
            Qualifier=str(number),
            WaiterConfig={"Delay": 1, "MaxAttempts": 30},
        )
        assert stack.function(noun)["SnapStart"]["OptimizationStatus"] == "On"
    assert allows(stack.api_url, FORMER)


def test_going_back_is_a_deployment_like_any_other(stack: LocalStack) -> None:
    deploy(stack, AllowedOrigins=NEXT)
    deploy(stack, AllowedOrigins=FORMER)

    assert allows(stack.api_url, FORMER)
    assert not allows(stack.api_url, NEXT)


def test_while_both_serve_each_version_calls_the_dispatch_it_was_deployed_with(
    stack: LocalStack, tenant: Tenant, echo: Echo
) -> None:
    tool = tenant.tool(echo.url)["name"]
    former = live(stack)
    deploy(stack, keeping_former=True, AllowedOrigins=NEXT)
    still = Front(stack.aws, 0)
    still.start(stack.outputs["ApiId"])
    still.routes = tuple(
        replace(route, function=route.function.replace(LIVE, str(former["mcp"])))
        for route in still.routes
    )
    try:
        assert allows(still.url, FORMER)
        with httpx.Client(base_url=still.url, timeout=30) as http:
            assert succeeds(replace(tenant, http=http), tool)
        assert versions_that_ran(stack, "dispatch") == {str(former["dispatch"])}
    finally:
        still.stop()

    assert succeeds(tenant, tool)
    assert versions_that_ran(stack, "dispatch") == {
        str(former["dispatch"]),
        str(live(stack)["dispatch"]),
    }
