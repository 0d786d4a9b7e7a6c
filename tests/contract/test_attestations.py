"""What `Attestations` promises, in memory and on DynamoDB."""

from dataclasses import dataclass, replace

import pytest

from gatehouse.aws.attestations import DynamoAttestations
from gatehouse.aws.projects import DynamoProjects
from gatehouse.domain.checklist.snapshot import Attestation
from gatehouse.domain.errors import NotFound
from gatehouse.ports.attestations import Attestations
from gatehouse.ports.projects import Projects
from tests.audited import audited
from tests.fakes.attestations import MemoryAttestations
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryProjects
from tests.samples import NOW, PROJECT, PROJECT_ID

OTHER = "Proj0002"
WORD = Attestation(item="keys-in-a-vault", by="user:ada", at=NOW, note="looked")


@dataclass
class Stores:
    projects: Projects
    attestations: Attestations


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        table = MemoryAuthority()
        found = Stores(MemoryProjects(table), MemoryAttestations(table))
    else:
        kept = audited(request.getfixturevalue("dynamodb"))
        found = Stores(DynamoProjects(*kept), DynamoAttestations(*kept))
    found.projects.create(PROJECT)
    found.projects.create(replace(PROJECT, id=OTHER))
    return found


def test_the_last_word_about_each_item_is_kept_for_its_project(stores: Stores) -> None:
    assert stores.attestations.all(PROJECT_ID) == {}
    later = replace(WORD, by="key:Integ001", at=NOW + 1, note="again")
    another = replace(WORD, item="tools-reviewed")
    for said in (WORD, another, later):
        stores.attestations.keep(PROJECT_ID, said)
    assert stores.attestations.all(PROJECT_ID) == {later.item: later, another.item: another}
    assert stores.attestations.all(OTHER) == {}


def test_nothing_is_said_of_a_project_that_is_gone(stores: Stores) -> None:
    stores.projects.mark_deleted(OTHER, now=NOW)
    with pytest.raises(NotFound):
        stores.attestations.keep(OTHER, WORD)
