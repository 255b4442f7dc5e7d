"""The pages of the experiments: experiments/README.md from their files, docs/experiments-results.md from their runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.files import write_text
from sim.library import experiments_folder
from sim.show.experiments.shelf import SHOWN, shown
from sim.study.sweep.experiment import Experiment
from sim.study.sweep.opened import Sweep
from sim.study.sweep.reading import load_experiment
from sim.study.sweep.sweeping import sweep
from sim.units import duration_words

_HEAD = """# Experiments

{count} designed experiments over the model (this page is generated: `make docs`). Each file asks a question and says, before it
is run, what should come out. What did come out, with figures: [docs/experiments-results.md](../docs/experiments-results.md).

```sh
ripple check experiments/reply-time.yaml                 # how many runs it is
ripple sweep experiments/reply-time.yaml --dry-run       # how long it takes, and how much disk
ripple sweep experiments/reply-time.yaml --out runs/reply-time
ripple analyse runs/reply-time --out figures
make experiments                                         # all of them, and the page of results
```

`speed/` holds the same model as a plain Mesa program, for `ripple bench`.
"""
_RESULTS = """# What the experiments showed

{count} experiments. `make experiments` runs them and writes this page, with the version and the defaults of that day.
The expected shape stands in each file and was written before it was run; the lines under it are counted from the runs and
say what of it **came out** and what **did not
come out**. Sizes hang on numbers that are assumed ([parameters.md](parameters.md)); read shapes and orders.
"""


def experiment_files() -> list[Path]:
    """The experiments that come with Trust Ripple, in the order of the pages."""
    return [experiments_folder() / f"{name}.yaml" for name in SHOWN]


def experiments_page() -> str:
    """experiments/README.md in Markdown."""
    parts = [_HEAD.format(count=len(SHOWN))]
    for file in experiment_files():
        found = load_experiment(file)
        parts.append(
            f"## [{found.title}]({file.name})\n\n{_line(found.question)}\n\n*Expected:* "
            f"{_line(found.expected)}\n\n{_design(found)}\n"
        )
    return "\n".join(parts)


def results_page(done: Sequence[Sweep], folder: Path) -> str:
    """docs/experiments-results.md in Markdown; its figures are written to a folder as PNG."""
    parts = [_RESULTS.format(count=len(done))]
    for one in done:
        e, found = one.experiment, shown(one)
        parts.append(f"## {e.title}\n\n{_line(e.question)}\n\n*Expected:* {_line(e.expected)}\n")
        parts.append("\n".join(f"- {_verdict(met)}{words}." for met, words in found.said) + "\n")
        for figure in found.figures:
            figure.save_png(folder)
            parts.append(f"![{figure.caption}](experiments/{figure.name}.png)\n")
        parts.append(f"{_design(e)} File: [{e.name}.yaml](../experiments/{e.name}.yaml).\n")
    return "\n".join(parts)


def write_results(docs: str = "docs", runs: str = "out/experiments") -> None:
    """Run all experiments (what is there already is not run again) and write the page and its figures."""
    done = []
    for file in experiment_files():
        print(f"{file.stem} ...", flush=True)
        done.append(sweep(file, out=Path(runs) / file.stem))
    folder = Path(docs) / "experiments"
    folder.mkdir(parents=True, exist_ok=True)
    write_text(Path(docs) / "experiments-results.md", results_page(done, folder))


def _verdict(met: bool | None) -> str:
    return "" if met is None else "**Came out**: " if met else "**Did not come out**: "


def _design(e: Experiment) -> str:
    points, arms = len(e.points()), max(1, len(e.arms))
    scenario = e.scenario
    assert scenario is not None
    users = (
        ""
        if any(p.endswith("network.users") for one in e.varied for p in one.paths)
        else f" of {scenario.network.users:,} users"
    )
    kind = {"grid": "grid", "sobol": "Sobol scheme"}.get(e.kind, e.kind.replace("-", " "))
    return (
        f"Design: {kind} of {points:,} points, {e.replicates} replicate{'s' * (e.replicates > 1)} of {arms} "
        f"arm{'s' * (arms > 1)} at each, "
        f"{points * arms * e.replicates:,} runs{users} over {duration_words(scenario.horizon)}."
    )


def _line(text: str) -> str:
    return " ".join(text.split())
