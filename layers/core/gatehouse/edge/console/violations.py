"""The chart of what enforcing would deny: a bar for each tool, the longest first."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

WIDTH: Final = 400
MOST: Final = 12
"""Tools that are drawn; the table has all of them."""


def violations(answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add `chart`: of each tool what was denied, and what would have been, as lengths of a bar."""
    by_tool: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for each in answers["violations"]["items"]:
        by_tool[each["tool"]][0] += each["denied"]
        by_tool[each["tool"]][1] += each["would_deny"]
    ranked = sorted(by_tool.items(), key=lambda each: (-sum(each[1]), each[0]))[:MOST]
    scale = WIDTH / max((sum(counts) for _, counts in ranked), default=1)
    chart = [
        {
            "tool": tool,
            "denied": denied,
            "would_deny": would_deny,
            "denied_width": round(denied * scale, 1),
            "would_deny_width": round(would_deny * scale, 1),
        }
        for tool, (denied, would_deny) in ranked
    ]
    return {**answers, "chart": chart, "chart_width": WIDTH}
