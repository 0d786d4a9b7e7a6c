"""Commands of the runbooks can be typed as they stand: shells, AWS, our API and make know them."""

import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import Session

from bench.cost import bill
from tests.cloud import ROOT, source

RUNBOOKS = sorted((ROOT / "docs/operations").glob("*.md"))
GLOBAL = {"query", "output", "region", "cli-binary-format", "max-items"}
"""Options of the AWS CLI itself."""
OPEN_API = json.loads((ROOT / "docs/openapi.json").read_text())


@dataclass(frozen=True)
class Block:
    """One block of commands, and where it stands."""

    file: Path
    number: int
    text: str


def blocks() -> list[Block]:
    found = []
    for file in RUNBOOKS:
        texts = re.findall(r"^( *)```sh\n(.*?)^ *```", file.read_text(), re.MULTILINE | re.DOTALL)
        for number, (indent, text) in enumerate(texts):
            found.append(Block(file, number, re.sub(f"^{indent}", "", text, flags=re.MULTILINE)))
    return found


BLOCKS = blocks()
ALL = "\n".join(block.text for block in BLOCKS).replace("\\\n", " ")
AWS = sorted(set(re.findall(r"\baws ([a-z0-9]+) ([a-z-]+)((?:[^\n|;)`]|\$\([^)]*\))*)", ALL)))
CURLS = sorted(set(re.findall(r"curl -sS( -X [A-Z]+)? \"\$API(/[^\"?]*)[^\n]*", ALL)))


CALLED = {"deploy": "codedeploy"}
"""Services that the command line calls otherwise than the API."""


@cache
def operations(service: str) -> dict[str, str]:
    model = Session().get_service_model(service)
    return {xform_name(name, "-"): name for name in model.operation_names}


def test_there_are_runbooks_with_commands() -> None:
    assert len(RUNBOOKS) == 7
    assert len(BLOCKS) > 25
    assert len(AWS) > 20
    assert len(CURLS) > 8


@pytest.mark.parametrize("block", BLOCKS, ids=lambda b: f"{b.file.stem}-{b.number}")
def test_every_block_is_a_script(block: Block) -> None:
    checked = subprocess.run(
        ["bash", "-n"], input=block.text.encode(), capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr.decode()


@pytest.mark.parametrize(("service", "operation", "rest"), AWS)
def test_aws_has_what_it_is_asked(service: str, operation: str, rest: str) -> None:
    service = CALLED.get(service, service)
    options = re.findall(r"(?<= )--([a-z-]+)", re.sub(r"\$\([^)]*\)|'[^']*'", "x", rest))
    if operation == "wait":
        (name,) = re.findall(r"^ ([a-z-]+)", rest)
        waiters = Session().get_waiter_model(service).waiter_names
        assert name in {xform_name(waiter, "-") for waiter in waiters}
        operation = "describe-table"
    assert operation in operations(service)
    shape = Session().get_service_model(service).operation_model(operations(service)[operation])
    assert shape.input_shape is not None
    known = {xform_name(member, "-") for member in shape.input_shape.members}
    assert {o.removeprefix("no-") for o in options} - GLOBAL <= known


@pytest.mark.parametrize(("method", "path"), CURLS)
def test_our_api_has_what_it_is_asked(method: str, path: str) -> None:
    """A call with a body and without a method is a POST."""
    shapes = {re.sub(r"\{[^}]+\}", "*", p): methods for p, methods in OPEN_API["paths"].items()}
    methods = shapes[re.sub(r"\$[A-Z_]+", "*", path)]

    assert (method.removeprefix(" -X ").lower() or "get") in methods or "post" in methods


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\bout ([A-Za-z]+)", ALL))))
def test_the_stack_has_the_outputs_that_are_read(name: str) -> None:
    assert name in source()["Outputs"]


MADE = sorted(set(re.findall(r"^make ([a-z-]+)", ALL, re.MULTILINE)))


@pytest.mark.parametrize("target", MADE)
def test_make_has_the_targets_that_are_made(target: str) -> None:
    assert re.search(f"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "overrides", re.findall(r"--parameter-overrides ([^\n]+)", ALL), ids=lambda o: o[:30]
)
def test_the_template_has_the_parameters_that_are_given(overrides: str) -> None:
    given = {word.partition("=")[0] for word in shlex.split(overrides)}

    assert given <= source()["Parameters"].keys()


@pytest.mark.parametrize("file", [*RUNBOOKS, ROOT / "docs/deploy.md"], ids=lambda f: f.stem)
def test_every_link_leads_somewhere(file: Path) -> None:
    for target, section in re.findall(r"\]\(([^)#:]*)(?:#([a-z0-9-]+))?\)", file.read_text()):
        there = (file.parent / target).resolve() if target else file
        assert there.exists(), target
        if section:
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            names = {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings}
            assert section in names, f"{target}#{section}"


@pytest.mark.parametrize("memory", [256, 512, 1024])
def test_the_price_that_is_told_is_the_model_s(memory: int) -> None:
    told = (ROOT / "docs/operations/cost.md").read_text()

    (row,) = re.findall(rf"^\| {memory} MB.*", told, re.MULTILINE)
    assert f"**${bill(memory, 1.4, 1.3).dollars:.2f}**" in row
