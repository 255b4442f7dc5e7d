"""Pages of the documentation that are written by the code, so that they cannot say anything else than it does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim.dynamics import observe
from sim.files import write_text
from sim.scenario.measures_named import MEASURES
from sim.scenario.parameters import DERIVED, PARAMETERS, Parameter
from sim.show.experiments.pages import experiments_page
from sim.show.files_page import files_page
from sim.show.shelf_page import shelf_page
from sim.study.tables import COMPARISON, RUN

_HEAD = """# Parameters

Every number of the model, as the code has it (this page is generated: `make docs`). Change one in a scenario file under
`parameters:`, or with `--set NAME=value`. Times are hours, rates per hour, shares and trust 0 to 1.

A parameter marked *assumed* has no source behind it. Draws from the plausible range follow the distribution named; a
*fixed* one is a convention and is not varied.

| name | symbol | meaning | default | unit | plausible | distribution | source |
|---|---|---|---|---|---|---|---|
"""


def parameters_page() -> str:
    """The table of all parameters in Markdown."""
    rows = "\n".join(_row(p) for p in PARAMETERS.values())
    derived = "\n".join(
        f"| `{name}` | {s} | {meaning} | {formula} |" for name, (s, meaning, formula) in DERIVED.items()
    )
    return (
        f"{_HEAD}{rows}\n\nDerived from these:\n\n| name | symbol | meaning | formula |\n|---|---|---|---|\n{derived}\n"
    )


def _row(p: Parameter) -> str:
    plausible = f"{p.low:.4g} to {p.high:.4g}" if p.low != p.high else ""
    source = f"*{p.source}*" if p.assumed else p.source
    cells = (f"`{p.name}`", p.symbol, p.meaning, f"{p.default:.5g}", p.unit, plausible, p.distribution, source)
    return "| " + " | ".join(cells) + " |"


_OUTPUTS = """# What comes out

Every column of every table, with its unit and meaning, as the code has them (this page is generated: `make docs`).
Trust and shares run from 0 to 1, times are hours since the start; people read trust as 0 to 100 points. A value that
there is none of is NaN.

`sim.run` gives a run, `sim.compare` a comparison; both are saved as one Parquet file for each table, and
`sim.open_run(folder)` opens a run again. A run also keeps its scenario, its network and where it comes from
(`scenario.yaml`, `network.npz`, `provenance.json`).
"""
_TABLES = {
    "ledger": "Two closed books: book `own` sums to the change of `series.own`, `expressed` to that of `series.trust`.",
    "stories": "One row for each act of the brand and the world that went out.",
    "hops": "Who first met (hop 0) or heard of each of these acts at which hop.",
    "user_stories": (
        "One row for each story of a user that its listeners took harm from or somebody passed on. Opinions and praise that "
        "died with their author's listeners are counted in the series and in `users.posts` only."
    ),
    "complaints": "One row for each complaint, as they were made.",
    "users": "One row for each user, in the order of the network. Rules of your own add columns `RULE.column`.",
}
_COMPARED = {
    "measures": "Arms by measures, means.",
    "spread": "How far the replicates of an arm lie apart.",
    "differences": "Each arm against the reference, replicate by replicate.",
    "best": "How often each arm is the best one.",
    "replicates": "Everything above comes from this table.",
    "bands": "Trust over time, over replicates.",
    "ledger": "The books of each arm, means over replicates.",
    "hops": "First hearers by hop, means over replicates.",
    "accounts": "The books of each arm in each replicate; `Comparison.book(arm, minus=other)` pairs two of them.",
    "losses": "Who was lost, in each replicate.",
    "user_losses": "Users of the first replicate, in the order of the table `users` of its runs.",
    "frontier": "Cost against effect; also written as CSV.",
    "lost": "Who was lost, by groups of users, also against the reference; also written as CSV.",
    "effects_by_hop": "How far from person to person the acts went, by their effect.",
}


def outputs_page() -> str:
    """All tables of a run and of a comparison, and all measures, in Markdown."""
    parts = [_OUTPUTS, "## Measures", "What a run is judged by, against its quiet twin: see [model.md](model.md)."]
    rows = [(f"`{m.name}`", m.unit, m.meaning, f"{m.better} is better") for m in MEASURES.values()]
    parts.append(_table(("measure", "unit", "meaning", ""), rows))
    parts += [
        "## A run",
        "### series",
        "One row for each step of talk, at multiples of its length; index `hour`. Counts",
    ]
    parts[-1] += " are of everything up to then, unless `now` is said. Rules of your own add columns `RULE.column`."
    parts.append(_columns((name, unit, meaning) for name, unit, meaning in observe.described()))
    for name, columns in RUN.items():
        parts += [f"### {name}", _TABLES[name], _columns((c.name, c.unit, c.meaning) for c in columns)]
    parts += [
        "## A comparison",
        "`measures`, `differences` and `spread` are written as CSV too; `runs/ARM` is the first run.",
    ]
    for name, columns in COMPARISON.items():
        parts += [f"### {name}", _COMPARED[name], _columns((c.name, c.unit, c.meaning) for c in columns)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _columns(rows: Iterable[tuple[str, str, str]]) -> str:
    return _table(("column", "unit", "meaning"), [(f"`{name}`", unit, meaning) for name, unit, meaning in rows])


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# by their path from docs/
PAGES = {
    "files.md": files_page,
    "parameters.md": parameters_page,
    "outputs.md": outputs_page,
    "../scenarios/README.md": shelf_page,
    "../experiments/README.md": experiments_page,
}


def write_pages(folder: str) -> None:
    """Write all generated pages. folder: docs/ of a checkout."""
    for name, page in PAGES.items():
        write_text(Path(folder) / name, page())
