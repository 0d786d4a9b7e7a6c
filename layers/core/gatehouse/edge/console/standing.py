"""What the pages about a project's standing add to the API's answers."""

from typing import Final

from gatehouse.domain.calls import Outcome
from gatehouse.domain.checklist.items import Document
from gatehouse.edge.console.overview import by_tool
from gatehouse.edge.console.pages import Answers

LATEST: Final = 10
WELL: Final = frozenset({Outcome.SUCCEEDED, Outcome.REPEATED})


def checklist(answers: Answers) -> Answers:
    """Add the items by the document that they come from."""
    items = answers["checklist"]["items"]
    documents = {
        document.value: [each for each in items if each["origin"].startswith(f"{document}, ")]
        for document in Document
    }
    return {**answers, "documents": documents}


def health(answers: Answers) -> Answers:
    """Add the tools that have failures, the latest calls that failed, and how many there were."""
    items = answers["usage"]["items"]
    bad = [call for call in answers["calls"]["items"] if call["outcome"] not in WELL]
    return {
        **answers,
        "troubled": [each for each in by_tool(items) if each["failures"] or each["denied"]],
        "calls": {"items": bad[:LATEST]},
        "failed": sum(each["failures"] for each in items),
        "called": sum(each["calls"] for each in items),
    }
