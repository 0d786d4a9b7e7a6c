"""What `Resources`, `EnabledResources` and their lists promise, in memory and on DynamoDB."""

import json
from dataclasses import dataclass, replace

import pytest

from gatehouse.aws import resources as dynamo_resources
from gatehouse.aws.descriptors import DynamoDescriptors
from gatehouse.aws.enabled_resources import DynamoEnabledResources
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.resources import DynamoResources
from gatehouse.aws.tables import RESOURCE_LISTED, TEMPLATE_LISTED, resource_key
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.resources import Resource
from gatehouse.domain.sealing import SealedSecret
from gatehouse.ports.offers import Descriptors, EnabledResources, Resources
from gatehouse.ports.projects import Projects
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.fakes import offers
from tests.fakes.authority import MemoryAuthority
from tests.fakes.offers import MemoryEnabledResources, MemoryListedResources, MemoryResources
from tests.fakes.stores import MemoryProjects
from tests.offers import BEHIND, GUIDE, NOTE, stored_resource
from tests.samples import NOW, PROJECT, PROJECT_ID

SEALED = SealedSecret(wrapped_key=b"w" * 184, nonce=b"n" * 12, ciphertext=b"c" * 40)


@dataclass
class Stores:
    projects: Projects
    resources: Resources
    enabled: EnabledResources
    listed: Descriptors
    templates: Descriptors
    approved: Descriptors


def dynamo(request: pytest.FixtureRequest) -> Stores:
    client = request.getfixturevalue("dynamodb")
    reader = request.getfixturevalue(getattr(request, "param", "dynamodb"))
    return Stores(
        DynamoProjects(*audited(client)),
        DynamoResources(*audited(client)),
        DynamoEnabledResources(reader, TABLE),
        DynamoDescriptors(reader, TABLE, RESOURCE_LISTED),
        DynamoDescriptors(reader, TABLE, TEMPLATE_LISTED),
        DynamoDescriptors(reader, TABLE, RESOURCE_LISTED, only_approved=True),
    )


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        table = MemoryAuthority()
        stores = Stores(
            MemoryProjects(table),
            MemoryResources(table),
            MemoryEnabledResources(table),
            MemoryListedResources(table, are_templates=False),
            MemoryListedResources(table, are_templates=True),
            MemoryListedResources(table, are_templates=False, only_approved=True),
        )
    else:
        stores = dynamo(request)
    stores.projects.create(PROJECT)
    return stores


def at(name: str, uri: str, **changes: object) -> Resource:
    return stored_resource(replace(GUIDE, name=name, uri=uri), **changes)


def under(name: str, uri_template: str, **changes: object) -> Resource:
    return stored_resource(replace(NOTE, name=name, uri_template=uri_template), **changes)


def name_of(resource: Resource | None) -> str | None:
    return None if resource is None else resource.definition.name


def names(listed: Descriptors) -> list[str]:
    page = listed.page(PROJECT_ID, after=None, limit=5)
    return [json.loads(text)["name"] for text in page.items]


def at_uri(
    stores: Stores, uri: str, project_id: str = PROJECT_ID, *, only_approved: bool = False
) -> Resource | None:
    return stores.enabled.at_uri(project_id, uri, only_approved=only_approved)


def of_template(
    stores: Stores, uri_template: str, *, only_approved: bool = False
) -> Resource | None:
    return stores.enabled.of_template(PROJECT_ID, uri_template, only_approved=only_approved)


@pytest.mark.parametrize("definition", [GUIDE, NOTE, BEHIND], ids=lambda each: str(each.name))
def test_a_resource_is_kept_as_it_was_given(stores: Stores, definition: object) -> None:
    resource = stored_resource(definition, sealed_secret=SEALED)  # type: ignore[arg-type]
    stores.resources.create(resource)
    assert stores.resources.get(PROJECT_ID, resource.definition.name) == resource


def test_a_name_is_given_once(stores: Stores) -> None:
    stores.resources.create(at("guide", "test://a"))
    with pytest.raises(Conflict):
        stores.resources.create(at("guide", "test://b"))
    assert stores.resources.get(PROJECT_ID, "guide").definition.uri == "test://a"
    assert at_uri(stores, "test://b") is None


def test_a_deleted_project_takes_no_resources(stores: Stores) -> None:
    stores.projects.mark_deleted(PROJECT_ID, now=NOW)
    with pytest.raises(NotFound):
        stores.resources.create(at("guide", "test://a"))
    assert at_uri(stores, "test://a") is None


def test_a_change_replaces_the_version_it_is_based_on(stores: Stores) -> None:
    stores.resources.create(at("guide", "test://a", sealed_secret=SEALED))
    changed = at("guide", "test://b", version=2)
    stores.resources.replace(changed, expected_version=1)
    assert stores.resources.get(PROJECT_ID, "guide") == changed
    assert at_uri(stores, "test://a") is None
    assert at_uri(stores, "test://b") == changed
    with pytest.raises(Conflict) as refusal:
        stores.resources.replace(at("guide", "test://c", version=2), expected_version=1)
    assert refusal.value.current_version == 2


def test_what_is_not_there_is_neither_changed_nor_deleted(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.resources.replace(at("guide", "test://a", version=2), expected_version=1)
    with pytest.raises(NotFound):
        stores.resources.delete(PROJECT_ID, "guide")
    with pytest.raises(NotFound):
        stores.resources.get(PROJECT_ID, "guide")
    assert names(stores.listed) == []


def test_a_resource_is_listed_where_it_belongs_and_moves_with_a_change(stores: Stores) -> None:
    stores.resources.create(at("one", "test://a"))
    stores.resources.create(under("two", "test://{x}/a"))
    stores.resources.create(at("three", "test://c", is_enabled=False))
    assert (names(stores.listed), names(stores.templates)) == (["one"], ["two"])
    stores.resources.replace(under("one", "test://{x}/b", version=2), expected_version=1)
    assert (names(stores.listed), names(stores.templates)) == ([], ["one", "two"])
    assert at_uri(stores, "test://a") is None
    stores.resources.delete(PROJECT_ID, "one")
    stores.resources.delete(PROJECT_ID, "two")
    assert (names(stores.listed), names(stores.templates)) == ([], [])


def test_the_very_uri_comes_before_templates_and_the_first_name_before_others(
    stores: Stores,
) -> None:
    stores.resources.create(under("a", "test://notes/{id}"))
    stores.resources.create(under("b", "test://{kind}/{id}"))
    stores.resources.create(at("c", "test://notes/7"))
    assert name_of(at_uri(stores, "test://notes/7")) == "c"
    assert name_of(at_uri(stores, "test://notes/8")) == "a"
    assert name_of(at_uri(stores, "test://books/8")) == "b"
    assert at_uri(stores, "test://books") is None
    assert name_of(of_template(stores, "test://{kind}/{id}")) == "b"
    assert of_template(stores, "test://notes/7") is None


def test_disabled_and_foreign_resources_are_not_found(stores: Stores) -> None:
    stores.resources.create(at("a", "test://a", is_enabled=False))
    stores.resources.create(under("b", "test://b/{x}", is_enabled=False))
    assert at_uri(stores, "test://a") is None
    assert at_uri(stores, "test://b/1") is None
    assert of_template(stores, "test://b/{x}") is None
    stores.resources.create(at("c", "test://c"))
    assert at_uri(stores, "test://c", "Proj0002") is None


def test_where_approval_is_asked_for_only_what_was_approved_as_it_is_answers(
    stores: Stores,
) -> None:
    approved = at("b", "test://a")
    approved = replace(approved, approved_digest=approved.digest)
    stores.resources.create(at("a", "test://a"))
    stores.resources.create(approved)
    stores.resources.create(at("c", "test://c", approved_digest="of another definition"))
    stores.resources.create(under("d", "test://d/{x}"))
    assert stores.resources.get(PROJECT_ID, "b") == approved
    assert name_of(at_uri(stores, "test://a")) == "a"
    assert name_of(at_uri(stores, "test://a", only_approved=True)) == "b"
    assert at_uri(stores, "test://c", only_approved=True) is None
    assert at_uri(stores, "test://d/1", only_approved=True) is None
    assert of_template(stores, "test://d/{x}", only_approved=True) is None
    assert name_of(of_template(stores, "test://d/{x}")) == "d"
    assert (names(stores.listed), names(stores.approved)) == (["a", "b", "c"], ["b"])


def test_a_project_has_a_limited_number_of_resources(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "MAX_RESOURCES", 2)
    monkeypatch.setattr(dynamo_resources, "MAX_RESOURCES", 2)
    stores.resources.create(at("a", "test://a"))
    stores.resources.create(at("b", "test://b"))
    with pytest.raises(Conflict, match="at most 2"):
        stores.resources.create(at("c", "test://c"))
    assert names(stores.listed) == ["a", "b"]
    stores.resources.delete(PROJECT_ID, "a")
    stores.resources.create(at("c", "test://c"))


def test_a_list_that_lags_behind_is_not_believed(request: pytest.FixtureRequest) -> None:
    stores = dynamo(request)
    stores.projects.create(PROJECT)
    stores.resources.create(at("a", "test://a"))
    client = request.getfixturevalue("dynamodb")
    client.update_item(
        TableName=TABLE,
        Key=resource_key(PROJECT_ID, "a"),
        UpdateExpression="SET is_enabled = :no",
        ExpressionAttributeValues={":no": {"BOOL": False}},
    )
    assert at_uri(stores, "test://a") is None
