"""The management function's sample events, over fakes."""

import json
from pathlib import Path
from typing import Any

import pytest

from gatehouse.domain import api_keys
from gatehouse.domain.projects import ALL_SCOPES, Integration, Project
from tests.fakes.authority import MemoryAuthority
from tests.fakes.sealing import FixedAdminToken
from tests.rest import Api
from tests.samples import NOW

EVENTS = Path(__file__).parents[3] / "events"
SAMPLES = json.loads((EVENTS / "samples.json").read_text())
MEANT = {
    "calls_listed": 200,
    "health": 200,
    "integration_created": 201,
    "integration_created_by_admin": 201,
    "members_listed": 200,
    "own_project_read": 200,
    "preflight": 204,
    "project_created": 201,
    "projects_listed": 200,
    "refused_admin_token": 401,
    "refused_broken_json": 400,
    "refused_method": 405,
    "refused_session_token": 401,
    "refused_tool": 422,
    "refused_unknown_tool": 404,
    "refused_without_key": 401,
    "tool_created": 201,
    "tools_listed": 200,
}


def sample(name: str) -> Any:
    return json.loads((EVENTS / "keys" / f"{name}.json").read_text())


def sample_api() -> Api:
    """The API of a deployment where the samples' credentials hold."""
    presented = api_keys.read(SAMPLES["api_key"])
    project = Project(
        id=presented.project_id, name="Sample", created_at=NOW, version=1, pepper=b"p" * 32
    )
    integration = Integration(
        id=presented.integration_id,
        project_id=presented.project_id,
        name="sample",
        scopes=ALL_SCOPES,
        key_digest=presented.digest,
        created_by="admin",
        created_at=NOW,
    )
    table = MemoryAuthority(
        projects={project.id: project}, integrations={(project.id, integration.id): integration}
    )
    return Api(table=table, admin_token=FixedAdminToken(SAMPLES["admin_token"]))


def test_every_sample_is_tried() -> None:
    assert {file.stem for file in (EVENTS / "keys").iterdir()} == set(MEANT)


@pytest.mark.parametrize(("name", "status"), MEANT.items())
def test_a_sample_is_answered_as_its_name_says(name: str, status: int) -> None:
    answer = sample_api().serve(sample(name))
    assert answer.status == status, answer.text


def test_the_refused_tool_is_told_each_wrong_field() -> None:
    assert sorted(sample_api().serve(sample("refused_tool")).fields) == [
        "base_url",
        "encrypted_auth_secret",
        "endpoint_path",
        "name",
    ]
