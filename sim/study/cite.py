"""How to tell of a result: a paragraph for the methods, and the entry for the references.

print(cite(both))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.scenario.parameters import PARAMETERS
from sim.scenario.resolve import parameter_words
from sim.scenario.scenario import Scenario
from sim.study.comparison import Comparison
from sim.study.results import Run
from sim.units import duration_words

# as in CITATION.cff, which a wheel does not hold
TITLE, AUTHORS, RELEASED = "Trust Ripple", "Trust Ripple contributors", "2026-11-22"
ABOUT = "An agent-based simulator of trust in a brand on a social network: what each response to a crisis would have changed."


def cite(result: Run | Comparison) -> str:
    """The method paragraph and the BibTeX entry of a result."""
    return f"{method(result)}\n\n{bibtex(str(result.provenance['version']))}"


def method(result: Run | Comparison) -> str:
    """What was done, in sentences that a paper can take over: program, scenario, network, arms, draws, changed numbers."""
    facts: Mapping[str, Any] = result.provenance
    scenario = result.scenario
    said = [
        f"Simulations used {TITLE} {facts['version']} ({AUTHORS} {RELEASED[:4]}), an agent-based model of trust in a brand on a "
        f"social network.",
        f"The scenario was {scenario.name} (SHA-256 {str(facts['scenario_hash'])[:12]}) on {_network(facts)} over "
        f"{duration_words(scenario.horizon)}.",
    ]
    said += _compared(result) if isinstance(result, Comparison) else _ran(result)
    arms = result.arms if isinstance(result, Comparison) else [result.arm]
    said.append(_numbers(scenario, arms))
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    said.append(f"Computed with Python {facts['python']}, {packages}.")
    return " ".join(said)


def bibtex(version: str) -> str:
    """The entry for the references."""
    year, month, _ = RELEASED.split("-")
    fields = {
        "author": f"{{{AUTHORS}}}",  # a second brace: a name that is not turned round
        "title": f"{{{TITLE}}}: {ABOUT[0].lower()}{ABOUT[1:].rstrip('.')}",
        "version": version,
        "year": year,
        "month": str(int(month)),
        "note": "MIT licence",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@software{{trust_ripple,\n{lines}\n}}"


def _network(facts: Mapping[str, Any]) -> str:
    kind, _, size = str(facts["network"]).partition(": ")
    return f"a {kind} network of {size.replace(', ', ' and ')} (SHA-256 {str(facts['network_hash'])[:12]})"


def _compared(data: Comparison) -> Iterator[str]:
    others = ", ".join(data.arms[1:])
    arms = (
        f"The reference was {data.reference}, compared with {others}."
        if others
        else f"The only arm was {data.reference}."
    )
    yield arms
    varied = ", ".join(data.scenario.vary) or "nothing"
    yield (
        f"Each arm was run {data.n_replicates:,} times on common random numbers (seed {data.seed}; newly drawn for each "
        f"replicate: {varied}) and measured against a quiet twin, the same people and draws without the crisis."
    )
    if others:
        yield (
            "Differences are means of pairs with 95 % intervals that hold jointly over arms (Hothorn, Bretz & Westfall 2008, "
            "doi:10.1002/bimj.200810425)."
        )
    if data.how_sure is not None and others:
        yield (
            f"To see how far the ranking hangs on assumptions, {data.how_sure.points.shape[1]} parameters were drawn jointly "
            f"from their ranges {data.how_sure.n_draws:,} times (Latin hypercube)."
        )


def _ran(run: Run) -> Iterator[str]:
    yield f"The arm {run.arm} was run once (seed {run.seed})."


def _numbers(scenario: Scenario, arms: list[str]) -> str:
    """The parameters that are not at their defaults."""
    common = scenario.parameters.own_choices
    parts = [f"{name} = {_value(name, value)}" for name, value in common.items()]
    for arm in arms:
        own = scenario.arm(arm).parameters.own_choices
        parts += [f"in {arm} {name} = {_value(name, v)}" for name, v in own.items() if common.get(name) != v]
    if not parts:
        return "All parameters were at their defaults."
    return f"Parameters other than the defaults: {'; '.join(parts)}."


def _value(name: str, value: float) -> str:
    return f"{parameter_words(name, value)} (default {parameter_words(name, PARAMETERS[name].default)})"
