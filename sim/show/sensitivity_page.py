"""docs/sensitivity.md: what hangs on assumed numbers, as a table; and the same in a few lines for the terminal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sim.files import write_text
from sim.scenario.parameters import DAY, PARAMETERS, YEAR
from sim.show.evidence_text import number
from sim.study.evidence.looking import CHECK, LOOK
from sim.study.evidence.row import row_of
from sim.study.evidence.rows import ROWS
from sim.study.evidence.sensitivity import ENDS, Sensitivity, Turn

_HEAD = f"""# What hangs on assumed numbers

A number of the model that nobody has measured is *assumed* ([parameters.md](parameters.md)). Here each of them goes to both
ends of its plausible range, one at a time, and the page says which rows of the [evidence](evidence.md) leave their band
(or come in), and which expectations of the [scenarios](../scenarios/README.md) turn round. What is not named here holds
over the whole range of every assumed number, as far as one number at a time can tell. This page is generated:
`make sensitivity`, or `ripple evidence --sensitivity --page docs/sensitivity.md`.

Rows are measured in small size, with and without the change on the same draws; what they move by is added to what the row
gives in full size. A row that then seems to turn is measured in full size at that end, and that counts. An expectation is
looked at in {LOOK[0]} replicates of {LOOK[1]} users on common draws; where it turns round or fails, {CHECK[0]} replicates of
{CHECK[1]} users decide. So a row or an expectation close to its limit may stand here by chance, or be missing. A number that a
scenario sets itself, or in one of its arms, is not changed in it."""


def save(found: Sensitivity, path: str | Path) -> list[Path]:
    """Write the page, and beside it what was found (.json); returns the paths."""
    target = Path(path)
    return [found.write(target.with_suffix(".json")), write_text(target, page(found))]


def page(found: Sensitivity) -> str:
    """The page in Markdown."""
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Sensitivity) -> Iterator[str]:
    turns = found.turns()
    rows = [turn for turn in turns if _is_row(turn)]
    touched = [name for name in found.ends if any(turn.name == name for turn in turns)]
    yield _HEAD
    yield ""
    yield summary(found)
    yield ""
    yield f"Measured on {found.facts['day']} with version {found.facts['version']}."
    yield ""
    yield "## Number by number"
    yield ""
    yield "| number | default | low end | what changes there | high end | what changes there |"
    yield "|---|---|---|---|---|---|"
    for name in touched:
        cells = [f"`{name}`", _shown(name, PARAMETERS[name].default)]
        for end, value in zip(ENDS, found.ends[name], strict=True):
            cells += [_shown(name, value), _all_words(found, found.at(name, end))]
        yield "| " + " | ".join(cells) + " |"
    yield ""
    still = [f"`{name}`" for name in found.ends if name not in touched]
    yield f"Nothing changes at either end of: {', '.join(still)}." if still else "Every number changes something."
    yield ""
    yield "## Row by row, scenario by scenario"
    yield ""
    yield from _by_what(turns)
    fails = list(_fails_anyway(found))
    if fails:
        yield ""
        yield f"Not looked at, because they do not hold in so small a size at the defaults either: {'; '.join(fails)}."
    if rows and any(not inside for inside in _inside_at_defaults(found).values()):
        yield ""
        yield "At the defaults, outside their band: " + ", ".join(
            k for k, v in _inside_at_defaults(found).items() if not v
        )


def summary(found: Sensitivity) -> str:
    """What it comes to, in a sentence or two."""
    turns = found.turns()
    rows = {row_of(turn.what) for turn in turns if _is_row(turn)}
    expected = {turn.what for turn in turns if not _is_row(turn)}
    names = {turn.name for turn in turns}
    n_expected = sum(len(words) for words in found.words.values())
    return (
        f"Of {len(found.ends)} assumed numbers {len(names)} change something at an end of their range. "
        f"{len(rows)} of {len(found.full)} rows leave or enter their band somewhere, and {len(expected)} of {n_expected} "
        "expectations of scenarios turn round somewhere."
    )


def lines(found: Sensitivity) -> Iterator[str]:
    """For the terminal: what it comes to, and each thing that changes."""
    yield summary(found)
    for name in found.ends:
        for end, value in zip(ENDS, found.ends[name], strict=True):
            for turn in found.at(name, end):
                yield f"{name} at {_shown(name, value)}: {_words(turn)}"


def _by_what(turns: list[Turn]) -> Iterator[str]:
    yield "| what changes | with |"
    yield "|---|---|"
    whats = sorted(
        {t.what for t in turns}, key=lambda w: (not w.startswith("E"), len(row_of(w)) if w[0] == "E" else 0, w)
    )
    for what in whats:
        with_ = [f"`{t.name}` {t.end}" for t in turns if t.what == what]
        label = f"{what}, {_number_words(what)}" if _is_row_id(what) else what
        yield f"| {label} | {', '.join(with_)} |"


def _words(turn: Turn) -> str:
    """E18b 1.5 (out); deleted-critic: trust_end, deleted below left-standing."""
    if not _is_row(turn):
        return turn.what
    digits = ROWS[row_of(turn.what)].numbers[ROWS[row_of(turn.what)].ids.index(turn.what)].digits
    value = "no value" if math.isnan(turn.after) else number(turn.after, digits)
    return f"{turn.what} {value} ({'in' if turn.holds else 'out'})"


def _all_words(found: Sensitivity, turns: list[Turn]) -> str:
    """The rows, then of each scenario how many of its expectations turn round: E18b 1.5 (out); the-gamble (3 of 8)."""
    scenarios = Counter(turn.what.split(":", 1)[0] for turn in turns if not _is_row(turn))
    said = [_words(turn) for turn in turns if _is_row(turn)]
    return "; ".join([*said, *(f"{name} ({n} of {len(found.words[name])})" for name, n in scenarios.items())])


def _is_row(turn: Turn) -> bool:
    return _is_row_id(turn.what)


def _is_row_id(what: str) -> bool:
    return row_of(what) in ROWS


def _number_words(number_id: str) -> str:
    row = ROWS[row_of(number_id)]
    return row.numbers[row.ids.index(number_id)].words


def _inside_at_defaults(found: Sensitivity) -> dict[str, bool]:
    return {
        number_id: n.low <= value <= n.high
        for id, values in found.full.items()
        for number_id, n, value in zip(ROWS[id].ids, ROWS[id].numbers, values, strict=True)
    }


def _fails_anyway(found: Sensitivity) -> Iterator[str]:
    for scenario, margins in found.expectations[""].items():
        for words, margin in zip(found.words[scenario], margins, strict=True):
            if not margin > 0.0:
                yield f"{scenario}: {words}"


def _shown(name: str, value: float) -> str:
    """A value with a unit people know: rates a day or a year, long times in days."""
    unit = PARAMETERS[name].unit
    if value == 0.0:
        return "0"
    if unit == "1/h":
        for words, hours in (("/h", 1.0), ("/d", DAY), ("/year", YEAR)):
            if value * hours >= 0.1 or words == "/year":
                return f"{value * hours:.3g} {words}"
    if unit == "h" and value >= 4 * DAY:
        return f"{value / DAY:.4g} d"
    if unit in ("share", "trust"):
        return f"{value:.3g}"
    return f"{value:.3g} {unit}".strip()
