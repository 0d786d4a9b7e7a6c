"""The part of the table of routes that is about warrants."""

from typing import Final

from gatehouse.domain.roles import Action
from gatehouse.edge.rest import receipts, revocations, violations, warrant_policy, warrant_roots
from gatehouse.edge.rest.models import PageQuery
from gatehouse.edge.rest.receipts import ChainAnswer, ChainList, ChainQuery, ReceiptKeyAnswer
from gatehouse.edge.rest.revocations import (
    NewRevocation,
    RevocationListAnswer,
    RevocationListList,
)
from gatehouse.edge.rest.routing import Access, Route, route
from gatehouse.edge.rest.violations import ViolationList, ViolationQuery
from gatehouse.edge.rest.warrant_policy import PolicyAnswer, PolicyBody
from gatehouse.edge.rest.warrant_roots import NewRootBody, RootAnswer, RootList

WARRANT_ROUTES: Final[tuple[Route, ...]] = (
    route(
        "GET", "/api/v1/warrants/policy", Action.WARRANTS_READ, warrant_policy.read_policy,
        answer=PolicyAnswer,
    ),
    route(
        "PUT", "/api/v1/warrants/policy", Action.WARRANTS_WRITE, warrant_policy.replace_policy,
        input=PolicyBody, answer=PolicyAnswer, refusals=(409, 412),
    ),
    route(
        "GET", "/api/v1/warrants/roots", Action.WARRANTS_READ, warrant_roots.list_roots,
        input=PageQuery, answer=RootList,
    ),
    route(
        "POST", "/api/v1/warrants/roots", Action.WARRANTS_WRITE, warrant_roots.add_root,
        input=NewRootBody, answer=RootAnswer, status=201, refusals=(409,),
    ),
    route(
        "DELETE", "/api/v1/warrants/roots/{public_key}", Action.WARRANTS_WRITE,
        warrant_roots.remove_root,
        status=204, refusals=(404,),
    ),
    route(
        "GET", "/api/v1/warrants/revocations", Action.WARRANTS_READ, revocations.list_revocations,
        input=PageQuery, answer=RevocationListList,
    ),
    route(
        "POST", "/api/v1/warrants/revocations", Action.WARRANTS_WRITE, revocations.revoke,
        input=NewRevocation, answer=RevocationListAnswer, refusals=(409,),
    ),
    route(
        "GET", "/api/v1/warrants/violations", Action.WARRANTS_READ, violations.read_violations,
        input=ViolationQuery, answer=ViolationList,
    ),
    route(
        "GET", "/api/v1/warrants/receipts", Action.WARRANTS_READ, receipts.list_chains,
        input=ChainQuery, answer=ChainList,
    ),
    route(
        "GET", "/api/v1/warrants/receipts/{chain}", Action.WARRANTS_READ, receipts.read_chain,
        input=PageQuery, answer=ChainAnswer, refusals=(404,),
    ),
    route(
        "GET", "/api/v1/warrants/receipt-key", Action.WARRANTS_READ, receipts.read_receipt_key,
        answer=ReceiptKeyAnswer,
    ),
    route(
        "GET", revocations.PUBLISHED, Access.PUBLIC, revocations.publish,
        media_type=revocations.CBOR, refusals=(404,),
    ),
)  # fmt: skip
