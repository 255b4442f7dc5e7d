"""Pages of the documentation that are written by the code, so that they cannot say anything else than it does."""

from __future__ import annotations

from sim.scenario.parameters import DERIVED, PARAMETERS, Parameter

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
