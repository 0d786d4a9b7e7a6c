"""What a project asks of warrants, written and read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.warrant_policies import NO_POLICY, WarrantMode, WarrantPolicy
from gatehouse.domain.warrant_policy_documents import policy_document, read_policy

POLICIES = st.builds(
    WarrantPolicy,
    mode=st.sampled_from(WarrantMode),
    require_warrant=st.booleans(),
    clearances=st.dictionaries(st.text(), st.integers()),
    receipts=st.booleans(),
)
WRITTEN: JsonObject = policy_document(NO_POLICY)


@given(POLICIES)
def test_a_policy_is_read_as_it_was_written(policy: WarrantPolicy) -> None:
    assert read_policy(json.loads(json.dumps(policy_document(policy)))) == policy


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {**WRITTEN, "mode": "strict"},
        {**WRITTEN, "mode": None},
        {**WRITTEN, "require_warrant": 0},
        {**WRITTEN, "receipts": "no"},
        {**WRITTEN, "clearances": []},
        {**WRITTEN, "clearances": {"a": "1"}},
        {**WRITTEN, "clearances": {"a": True}},
        {**WRITTEN, "more": 1},
    ],
)
def test_what_is_unreadable_is_never_taken_for_a_lax_policy(document: JsonValue) -> None:
    with pytest.raises(ValueError, match=r"is no|are no|not a valid"):
        read_policy(document)
