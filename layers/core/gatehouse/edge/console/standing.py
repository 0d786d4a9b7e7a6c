"""What the pages about a project's standing add to the API's answers."""

from typing import Final

from gatehouse.domain.checklist.items import Document
from gatehouse.edge.console.overview import by_tool
from gatehouse.edge.console.pages import Answers

LATEST: Final = 10
BAD: Final = ("upstream_error", "failed", "unknown", "denied")


def checklist(answers: Answers) -> Answers:
    """Add the items by the document that they come from."""
    items = answers["checklist"]["items"]
    documents = {
        document.value: [each for each in items if each["origin"].startswith(f"{document}, ")]
        for document in Document
    }
    return {**answers, "documents": documents}


def health(answers: Answers) -> Answers:
    """Add the tools that have failures, the latest of these, and how many calls the day had."""
    items = answers["usage"]["items"]
    calls = [call for outcome in BAD for call in answers[outcome]["items"]]
    latest = sorted(calls, key=lambda call: str(call["started_at"]), reverse=True)[:LATEST]
    return {
        **answers,
        "troubled": [each for each in by_tool(items) if each["failures"] or each["denied"]],
        "calls": {"items": latest},
        "called": sum(each["calls"] for each in items),
    }
