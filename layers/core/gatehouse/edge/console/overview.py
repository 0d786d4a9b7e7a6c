"""What the overview draws: usage added up, and as plots."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from gatehouse.edge.console.plots import bars


def overview(answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add totals, tools and the plot of calls by hour."""
    usage = answers["usage"]
    if usage is None:
        return {**answers, "totals": None, "tools": [], "plot": None}
    items = usage["items"]
    return {
        **answers,
        "totals": _added(items),
        "tools": by_tool(items),
        "plot": bars(_by_hour(items)),
    }


def _added(items: list[Mapping[str, Any]]) -> Mapping[str, int]:
    return {name: sum(each[name] for each in items) for name in ("calls", "failures", "denied")}


def by_tool(items: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return tools, those called most first; of percentiles the worst hour's."""
    grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in items:
        grouped[each["tool"]].append(each)
    tools = [
        {
            "tool": tool,
            **_added(of_tool),
            "p50_ms": _worst(of_tool, "p50_ms"),
            "p95_ms": _worst(of_tool, "p95_ms"),
        }
        for tool, of_tool in grouped.items()
    ]
    return sorted(tools, key=lambda each: -each["calls"])


def _worst(items: list[Mapping[str, Any]], name: str) -> int | None:
    return max((each[name] for each in items if each[name] is not None), default=None)


def _by_hour(items: list[Mapping[str, Any]]) -> list[tuple[str, int, int]]:
    """Return each hour that had calls, how many went well, and how many did not."""
    hours: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for each in items:
        bad = each["failures"] + each["denied"]
        hours[each["starts_at"]][0] += each["calls"] - each["failures"]
        hours[each["starts_at"]][1] += bad
    return [(hour, good, bad) for hour, (good, bad) in sorted(hours.items())]
