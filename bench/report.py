"""One run as Markdown, JSON and plots."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from bench import plots
from bench.cost import PRICES_AS_OF, PRICES_FROM, WAITS
from bench.growth import Curve
from bench.results import PARTS, Results, demands, to_floor
from bench.warm import SIZES

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def markdown(results: Results) -> str:
    """Return all tables."""
    parts = (_judged, _cold, _warm, _lists, _growth, _requests, _money, _ceilings)
    return "\n\n".join([f"Measured on {results.machine}.", *(part(results) for part in parts)])


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"### {title}", "", f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines)


def _judged(results: Results) -> str:
    rows = [
        (each.text, f"{each.found:.2f}", f"{each.most:g}", "yes" if each.holds else "**no**")
        for each in demands(results)
    ]
    return _table("What must be true", ("ratio", "found", "at most", "holds"), rows)


def _cold(results: Results) -> str:
    rows = [
        (name, f"{x.ready:.0f}", f"{x.answered:.0f}", f"{x.cpu:.0f}", f"{x.to_floor:.2f}")
        for name, x in results.cold.items()
    ]
    columns = ("first call of", "ready ms", "answered ms", "CPU ms", "answered, to the floor")
    return _table("Cold start", columns, rows)


def _warm(results: Results) -> str:
    rows = [
        (name, f"{x.cpu_ms:.2f}", f"{x.wall_ms:.2f}", f"{to_floor(results, name):.2f}")
        for name, x in results.warm.calls.items()
    ]
    floor, own = results.warm.floor, results.warm.own_floor
    rows.append(("**F**", f"{median(floor):.2f}", "", "1.00"))
    share = median(a / b for a, b in zip(own, floor, strict=True))
    rows.append(("F with our own client", f"{median(own):.2f}", "", f"{share:.2f}"))
    rows += [(name, "not measured", why, "") for name, why in results.warm.missing.items()]
    return _table("Warm calls", ("one call of", "CPU ms", "wall ms", "CPU, in F"), rows)


def _lists(results: Results) -> str:
    names = list(dict.fromkeys(name for of in results.warm.lists.values() for name in of))
    rows = []
    for name in names:
        figures = [results.warm.lists[size].get(name) for size in SIZES]
        rows.append((name, *(f"{x.cpu_ms:.2f} / {x.wall_ms:.2f}" if x else "-" for x in figures)))
    columns = ("tools/list, CPU / wall ms", *(f"{size:,} tools" for size in SIZES))
    return _table("Lists", columns, rows)


def _growth(results: Results) -> str:
    rows = []
    for x in results.curves:
        sizes = " / ".join(f"{size:,}" for size in x.sizes)
        costs = " / ".join(f"{figure.cpu_ms:.2f}" for figure in x.figures)
        read = " / ".join(f"{size:,}" for size in dict.fromkeys(x.bytes_read))
        slope = f"{x.slope:.4f} µs"
        rows.append((x.title, x.of, sizes, costs, f"{x.growth:.2f}", slope, read))
    columns = ("request", "over", "sizes", "CPU ms", "last to first", "each one more", "bytes read")
    curves = _table("Growth", columns, rows)
    counted = [
        (f"{x.records:,}", x.queries, x.items, f"{x.bytes_read:,}") for x in results.readings
    ]
    asked = ("records of a day", "queries", "items read", "bytes")
    return curves + "\n\n" + _table("A page of 50 call records (counted)", asked, counted)


def _requests(results: Results) -> str:
    rows = []
    for name, x in results.requests.items():
        made = ", ".join(f"{count} {kind}" for kind, count in sorted(x.calls.items()))
        sent, received = sum(x.bytes_sent.values()), sum(x.bytes_received.values())
        steps = " + ".join(f"{steps} in `{noun}`" for noun, steps in x.steps.items())
        rows.append((name, made, f"{sent:,}", f"{received:,}", steps))
    columns = ("warm request", "AWS calls", "bytes sent", "bytes received", "steps")
    return _table("What a request asks of AWS, and its steps (counted)", columns, rows)


def _money(results: Results) -> str:
    bills = [
        (f"{x.memory} MB", f"{x.mcp_ms:.0f}", f"{x.dispatch_ms:.0f}", f"{x.dollars:.2f}")
        for x in results.bills
    ]
    columns = ("memory", "mcp, billed ms", "dispatch, billed ms", "$ for a million calls")
    ours = _table(f"Gatehouse's bill (prices of {PRICES_AS_OF})", columns, bills)
    usual = [(name, f"{few:.2f}", f"{many:.2f}") for name, few, many in results.deployments]
    loads = ("deployment", "$ a million, at 1 million a month", "$ a million, at 100 million")
    waits = ", ".join(f"{name} {ms:g} ms" for name, ms in WAITS.items())
    note = f"Waiting is assumed: {waits}. Prices: {PRICES_FROM}, us-east-1."
    return "\n\n".join([ours, _table("The same beside peers", loads, usual), note])


def _ceilings(results: Results) -> str:
    rows = [
        (x.name, f"{x.needed:,.0f}", f"{x.there:,.0f}", f"{x.calls:,.0f}", x.raised_by)
        for x in results.ceilings
    ]
    columns = ("limit", "needed", "default", "met at calls/s", "raised by")
    return _table("10,000 calls a second", columns, rows)


def drawn(results: Results) -> dict[str, str]:
    """Return the plots by file name."""
    cold = {name: x.answered for name, x in results.cold.items()}
    calls = {name: x.cpu_ms for name, x in results.warm.calls.items() if name not in PARTS}
    lists = {
        name: [(size, of[name].cpu_ms) for size, of in results.warm.lists.items() if name in of]
        for name in results.warm.lists[SIZES[0]]
    }
    made = {
        "cold.svg": plots.bars(
            "Cold start to first answered call", "ms", cold,
            [name for name in cold if name.startswith(("mcp:", "token", "dispatch"))],
        ),
        "calls.svg": plots.bars(
            "CPU of one warm call, all serving processes", "ms", calls,
            [name for name in calls if name.startswith("gatehouse")],
        ),
        "lists.svg": plots.curves("CPU of tools/list", "tools of the project", lists),
    }  # fmt: skip
    grown = {
        _named(x): [(max(size, 1), y.cpu_ms) for size, y in zip(x.sizes, x.figures, strict=True)]
        for x in results.curves
        if x.title != "tools/list, one page"
    }
    return {**made, "growth.svg": plots.curves("CPU of tools/call", "size", grown)}


def _named(curve: Curve) -> str:
    """Return what a curve is over, and of which calls if not of any."""
    return curve.of if curve.title.startswith("tools/call") else f"{curve.title}, {curve.of}"


def write(results: Results, folder: Path) -> None:
    """Write the tables, the numbers and the plots."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.md").write_text(markdown(results) + "\n")
    (folder / "results.json").write_text(json.dumps(asdict(results), indent=1) + "\n")
    for name, picture in drawn(results).items():
        (folder / name).write_text(picture)


def publish(results: Results, page: Path, folder: Path) -> None:
    """Put the tables between the marks of a page, and the plots beside it."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{markdown(results)}\n{END}{after}")
    folder.mkdir(exist_ok=True)
    for name, picture in drawn(results).items():
        (folder / name).write_text(picture)
