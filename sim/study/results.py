"""One run: its tables, saved and opened without loss.

run = run("data-breach", arm="silence", seed=1)
run.series["trust"], run.ledger, run.stories, run.users, run.provenance
run.save("runs/silence"); open_run("runs/silence")
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from sim.dynamics import ledger, observe
from sim.dynamics import state as s
from sim.dynamics.engine import Engine
from sim.dynamics.rules import Rule
from sim.dynamics.setup import Seeds, without_word_of_mouth
from sim.errors import RippleError
from sim.scenario.scenario import Scenario, load
from sim.study.checkpoints import checkpoints_for
from sim.study.folder import new_folder, tables_in
from sim.study.notebook import ShowsItself
from sim.study.own_rules import told
from sim.study.playing import Plays
from sim.study.provenance import provenance, seeds_as_dict
from sim.study.request import request, seed_of
from sim.study.tables import COMPLAINTS, STORIES, USER_STORIES, USERS, table_of
from sim.world.frozen import Graph, from_rows
from sim.world.people import World

_TABLES = ("series", "ledger", "stories", "hops", "user_stories", "complaints", "users")
_FORMAT = 1


@dataclass(frozen=True)
class Run(ShowsItself, Plays):
    """What one run left behind. Trust and shares 0..1, times in hours since the start.

    series        index hour; trust (expressed), own, cognitive, affective, wound, scar, quantiles, advocates, detractors
                  over all users, with the prefix followers_ and reached_ over those; counts of what went on; and the
                  means of columns of your own rules, as `RULE.column`
    ledger        book, cause, channel, trust: change of mean trust; book `own` sums to the change of series.own, book
                  `expressed` to that of series.trust
    stories       one row per act that went out: when, how it came out, how many met, heard and shared it
    hops          act, hop, users: who first heard of an act at which hop
    user_stories  one row per story of a user that somebody else passed on or took harm from: author, hour, hearers ...
    complaints    one row per complaint: who, when, how it ended, how long it waited
    users         one row per user in the order of the network: label, trust at the start, when lowest, and at the end,
                  what it did, and columns of your own rules ...

    Every column with its unit: docs/outputs.md.
    """

    scenario: Scenario
    arm: str
    series: pd.DataFrame
    ledger: pd.DataFrame
    stories: pd.DataFrame
    hops: pd.DataFrame
    user_stories: pd.DataFrame
    complaints: pd.DataFrame
    users: pd.DataFrame
    provenance: dict[str, object]
    _network: World | Graph = field(repr=False)

    @cached_property
    def graph(self) -> Graph:
        """The network; its rows are the rows of `users`."""
        return self._network.graph_as_read if isinstance(self._network, World) else self._network

    @property
    def seed(self) -> object:
        """The seed that gives this run again."""
        return self.provenance["seed"]

    @property
    def worst_hour(self) -> float:
        """The hour at which mean trust was lowest."""
        return float(self.series["trust"].idxmin())

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write the run into a new folder (Parquet, YAML, JSON; nothing is pickled), at once or not at all.

        Raises RippleError when the folder is not empty (unless `force`) or cannot be written.
        """
        with new_folder(folder, force=force) as work:
            self.write(work)
        return Path(folder)

    def write(self, folder: Path) -> None:
        """Write the files of the run into an existing folder."""
        for name in _TABLES:
            getattr(self, name).to_parquet(folder / f"{name}.parquet")
        graph = self.graph
        arrays = {name: getattr(graph, name) for name in ("start", "heard", "weight", "community")}
        about = {
            "directed": graph.directed,
            "kind": graph.kind,
            "notes": graph.notes,
        }
        np.savez(
            folder / "network.npz",
            **{name: values for name, values in arrays.items() if values is not None},
            about=np.array(json.dumps(about)),
        )
        self.scenario.save(folder / "scenario.yaml")
        text = json.dumps({"format": _FORMAT, "arm": self.arm, **self.provenance}, indent=1)
        (folder / "provenance.json").write_text(text, encoding="utf-8")


def open_run(folder: str | Path) -> Run:
    """Open a saved run; it is as good as a fresh one. Raises RippleError when the folder holds none."""
    path = Path(folder).expanduser()
    try:
        facts = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
        if facts.get("program") != "trust-ripple" or "arm" not in facts:
            raise RippleError(f"{path} holds no run of Trust Ripple")
        if facts.pop("format") > _FORMAT:
            raise RippleError(f"{path} was written by a later version of Trust Ripple ({facts.get('version')})")
        tables = tables_in(path, _TABLES)
        with np.load(path / "network.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        graph = _graph(arrays, tables["users"]["label"])
        scenario = load(path / "scenario.yaml", look_for_network=False)
    except FileNotFoundError as problem:
        raise RippleError(f"{path} holds no complete run: {Path(problem.filename or '').name} is missing") from None
    except (OSError, KeyError, json.JSONDecodeError) as problem:
        raise RippleError(f"{path} cannot be read as a run: {problem}") from None
    return Run(scenario=scenario, arm=facts.pop("arm"), provenance=facts, _network=graph, **tables)


def _graph(stored: Mapping[str, np.ndarray], labels: pd.Series) -> Graph:
    about = json.loads(str(stored["about"]))
    numbers = pd.api.types.is_integer_dtype(labels.dtype)
    return from_rows(
        stored["start"],
        stored["heard"],
        weight=stored.get("weight"),
        labels=labels.to_numpy(dtype=np.int64 if numbers else object),
        community=stored.get("community"),
        directed=about["directed"],
        kind=about["kind"],
        notes=tuple(about["notes"]),
    )


def run(
    scenario: str | Path | Mapping[str, object] | Scenario,
    *,
    arm: str | None = None,
    seed: int | Seeds | None = None,
    network: object = None,
    users: int | None = None,
    horizon: float | str | None = None,
    changes: Mapping[str, object] | None = None,
    word_of_mouth: bool = True,
    rules: Sequence[Rule] = (),
    allow_code: bool = False,
    checkpoint: float | str | None = None,
    checkpoint_folder: str | Path | None = None,
    resume: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Run:
    """Run one arm of a scenario (None: the reference) under one seed.

    network: an edge list or a graph in place of the scenario's; users, horizon (h, or words), changes (path -> value)
    likewise. word_of_mouth=False: the same draws with nobody passing anything on. rules: of your own
    (`sim.Rule`), beside those that the scenario names; those are imported and executed with allow_code=True only.
    checkpoint: h, or words ("1 d"), after which the run is laid aside in `checkpoint_folder` again and again; with
    resume=True a run that was interrupted goes on from there and ends bit for bit as it would have.
    progress: called with the hours done.
    Raises RippleError for anything that does not fit.
    """
    asked = request(
        scenario, network=network, users=users, horizon=horizon, changes=changes, rules=rules, allow_code=allow_code
    )
    seeds = Seeds.of(seed if isinstance(seed, Seeds) else seed_of(seed))
    asked.scenario.arm(arm)  # a mistyped arm is said before a network is built
    setup = asked.setup(arm, seeds)
    if not word_of_mouth:
        setup = without_word_of_mouth(setup)
    chosen = arm or asked.scenario.reference
    kept = checkpoints_for(setup, asked.scenario, chosen, seeds, checkpoint, checkpoint_folder, resume=resume)
    engine = Engine(setup).run(progress) if kept is None else kept.run(kept.engine(setup, resume=resume), progress)
    done = run_from(engine, asked.scenario, chosen, seeds, asked.graph is not None)
    if kept is not None:
        kept.clear()
    return done


def run_from(engine: Engine, scenario: Scenario, arm: str, seeds: Seeds, network_in_memory: bool = False) -> Run:
    """The tables of a finished engine.

    network_in_memory: the network was handed over, so the scenario alone does not give the run again.
    Raises ArithmeticError when a book does not close.
    """
    ledger.check(engine)
    world = engine.world
    seed: object = seeds.events if len(set(seeds)) == 1 else seeds_as_dict(seeds)
    return Run(
        scenario=scenario,
        arm=arm,
        series=series_of(engine),
        ledger=pd.DataFrame(ledger.accounts(engine), columns=["book", "cause", "channel", "trust"]),
        stories=table_of(engine, STORIES),
        user_stories=table_of(engine, USER_STORIES),
        complaints=table_of(engine, COMPLAINTS),
        hops=_hops(engine),
        users=_users(engine),
        provenance=provenance(
            scenario,
            world.graph,
            seed=seed,
            seeds=seeds_as_dict(seeds),
            talk_step=engine.setup.step,
            word_of_mouth=engine.setup.word_of_mouth,
            network_in_memory=network_in_memory,
            **({"rules": told(engine.setup.rules)} if engine.setup.rules else {}),
        ),
        _network=world,
    )


def series_of(engine: Engine) -> pd.DataFrame:
    """What was observed, by hour."""
    rows = engine.rows[: int(engine.state[s.STEP]) + 1]
    index = pd.Index(np.arange(len(rows)) * engine.setup.step, name="hour")
    return pd.DataFrame({**observe.table(rows), **engine.rulings.means()}, index=index)


def _hops(engine: Engine) -> pd.DataFrame:
    counts = engine.hops[: len(engine.out)]
    act, hop = np.nonzero(counts)
    ids = [out.act.id for out in engine.out]
    return pd.DataFrame(
        {"act": [ids[a] for a in act], "hop": hop, "users": counts[act, hop]}, columns=["act", "hop", "users"]
    )


def _users(engine: Engine) -> pd.DataFrame:
    own = {name: engine.world.in_first_order(np.asarray(values)) for name, values in engine.rulings.columns.items()}
    return table_of(engine, USERS).assign(**own)
