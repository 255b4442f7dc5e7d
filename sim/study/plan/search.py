"""The search for plans: Optuna proposes, every proposal meets the same people and luck, and the budget is never exceeded.

The tree-structured Parzen estimator (Bergstra et al. 2011, NeurIPS 24; Akiba et al. 2019, doi:10.1145/3292500.3330701)
learns which parts pay. A proposal over the budget loses its dearest parts until it fits. What was tried is remembered, so
no plan is run twice, and an interrupted search goes on from its log and finds what an uninterrupted one would have found.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.dynamics.engine import Engine
from sim.errors import RippleError
from sim.files import write_text
from sim.scenario.measures_named import MEASURES
from sim.scenario.scenario import load
from sim.study.measures import Trace, measures
from sim.study.plan.options import MORE_AGENTS, Choice, Options
from sim.study.replicate import replicate_seeds
from sim.study.request import Request
from sim.world import draws

_ASKS = 8  # proposals for each plan that is run, at most; the others were known already
_LOG = "trials.jsonl"


@dataclass(frozen=True)
class Tried:
    """A plan that was run: what it costs, and the mean of the measure over the runs of the search."""

    choice: Choice
    cost: float
    value: float


class Trials:
    """Runs plans on the same few seeds, and keeps what came out. keep_in: a folder for the log; None: only in memory."""

    def __init__(self, asked: Request, options: Options, measure: str, runs: int, seed: int, *, workers: int | None = None,
                 keep_in: Path | None = None, facts: Mapping[str, object] | None = None):  # fmt: skip
        self.asked, self.options, self.measure, self.workers = asked, options, measure, workers
        self.known: dict[Choice, Tried] = {}
        self.tried: dict[Choice, Tried] = {}  # what this search came by; what the log knows besides is not looked at
        base = draws.derive(seed, "plan", 0)
        self._seeds = [replicate_seeds(asked.scenario, base, k) for k in range(runs)]
        self._tree = bare(asked.scenario.written())
        self._log = None if keep_in is None else keep_in / _LOG
        if self._log is not None:
            self._go_on(dict(facts or {}))
        self._ready: list[tuple[Any, Trace]] | None = None

    def run(self, choice: Choice) -> Tried:
        """The plan's measure, from memory where it is known."""
        if choice not in self.known:
            scenario = load({**self._tree, "arms": {"plan": self.options.arm(choice)}})
            asked = replace(self.asked, scenario=scenario)
            values = self._over(lambda k: self._one(asked, k))
            tried = Tried(choice, self.options.cost(choice), float(np.mean(values)))
            self.known[choice] = tried
            if self._log is not None:
                line = {"acts": choice.acts, "agents": choice.agents, "cost": tried.cost, "value": tried.value}
                with self._log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
        self.tried[choice] = self.known[choice]
        return self.known[choice]

    def best(self, budget: float, number: int) -> list[Tried]:
        """The best plans within a budget, the best first; of equal ones the cheaper."""
        within = [tried for tried in self.tried.values() if tried.cost <= budget + 1e-9]
        return sorted(within, key=lambda tried: (self.signed(tried), tried.cost))[:number]

    def signed(self, tried: Tried) -> float:
        """The measure, such that less is better."""
        return tried.value if MEASURES[self.measure].better == "lower" else -tried.value

    def _one(self, asked: Request, k: int) -> float:
        assert self._ready is not None
        world, twin = self._ready[k]
        trace = Trace.of(Engine(asked.setup("plan", self._seeds[k], world)).run())
        numbers = asked.scenario.arm("plan").parameters.numbers()
        return measures(trace, twin, numbers, asked.scenario.floor)[self.measure]

    def _over(self, one: Callable[[int], float]) -> list[float]:
        numbers = range(len(self._seeds))
        with ThreadPoolExecutor(max_workers=max(1, self.workers or os.cpu_count() or 1)) as pool:
            if self._ready is None:
                nothing = replace(self.asked, scenario=load({**self._tree, "arms": {"plan": []}}))
                first = self._prepared(nothing, 0)  # alone, so that kernels are compiled once
                self._ready = [first, *pool.map(lambda k: self._prepared(nothing, k), numbers[1:])]
            return list(pool.map(one, numbers))

    def _prepared(self, nothing: Request, k: int) -> tuple[Any, Trace]:
        """The users under the k-th seeds, and the quiet twin that all plans share: it has the file's desk and no crisis."""
        seeds = self._seeds[k]
        world = nothing.world(seeds)
        return world, Trace.of(Engine(nothing.setup("plan", seeds, world, quiet=True)).run())

    def _go_on(self, facts: dict[str, object]) -> None:
        assert self._log is not None
        if not self._log.exists():
            write_text(self._log, json.dumps(facts, default=str) + "\n")
            return
        first, *lines = self._log.read_text(encoding="utf-8").splitlines()
        if json.loads(first) != json.loads(json.dumps(facts, default=str)):
            raise RippleError(f"{self._log.parent} holds the trials of another request; ask for the same as then, or begin anew "
                              f"(--force)")  # fmt: skip
        for line in lines:
            try:
                one = json.loads(line)
            except json.JSONDecodeError:  # the last one, cut off
                break
            acts = tuple((str(kind), float(delay), str(who)) for kind, delay, who in one["acts"])
            choice = Choice(acts, int(one["agents"]))
            self.known[choice] = Tried(choice, float(one["cost"]), float(one["value"]))
        whole = [first, *(line for line in lines if line.endswith("}"))]
        write_text(self._log, "\n".join(whole) + "\n")


def bare(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario as it was written, without what speaks of its arms."""
    return {key: value for key, value in tree.items() if key not in ("arms", "expect", "lesson", "takeaway")}


def search(trials: Trials, budget: float, number: int, seed: int, start: Sequence[Choice] = (),
           tick: Callable[[int], None] | None = None) -> int:  # fmt: skip
    """Try some `number` of plans within a budget; returns how many were run (fewer when there are no more).

    start: plans to begin with, besides doing nothing and each part alone; tick: called with how many are done.
    """
    optuna = _optuna()
    options, done, asks = trials.options, 0, 0
    sampler = optuna.samplers.TPESampler(seed=seed % 2**32, n_startup_trials=max(8, number // 5))
    study = optuna.create_study(sampler=sampler)
    first = options.delays[0]
    alone = [Choice(((part.kind, first, part.speaker),)) for part in options.parts.values()]
    for choice in (Choice(), *alone, *start):
        study.enqueue_trial(_as_proposal(options, choice))
    here: set[Choice] = set()
    while done < number and asks < _ASKS * number:
        asks += 1
        trial = study.ask()
        choice = _within(options, _proposed(options, trial, budget), budget)
        if choice not in here:
            here.add(choice)
            done += 1
        study.tell(trial, trials.signed(trials.run(choice)))
        if tick is not None:
            tick(done)
    return done


def _proposed(options: Options, trial: Any, budget: float) -> Choice:
    acts = []
    for kind, part in options.parts.items():
        if trial.suggest_categorical(f"{kind}", [False, True]):
            delay = options.delays[trial.suggest_int(f"{kind} delay", 0, len(options.delays) - 1)]
            whom = [part.speaker, *(name for name in options.speakers if name != part.speaker)]
            speaker = trial.suggest_categorical(f"{kind} speaker", whom) if len(whom) > 1 else part.speaker
            acts.append((kind, delay, speaker))
    agents = 0
    if options.agent is not None:
        most = [more for more in MORE_AGENTS if more * options.agent * options.days <= budget + 1e-9]
        agents = MORE_AGENTS[trial.suggest_int("agents", 0, len(most) - 1)] if len(most) > 1 else 0
    return Choice(tuple(sorted(acts)), agents)


def _as_proposal(options: Options, choice: Choice) -> dict[str, object]:
    acts = {kind: (delay, speaker) for kind, delay, speaker in choice.acts}
    out: dict[str, object] = {"agents": MORE_AGENTS.index(choice.agents)}
    for kind in options.parts:
        out[kind] = kind in acts
        if kind in acts:
            out |= {f"{kind} delay": options.delays.index(acts[kind][0]), f"{kind} speaker": acts[kind][1]}
    return out


def _within(options: Options, choice: Choice, budget: float) -> Choice:
    """The plan without its dearest parts, until it fits the budget."""
    while options.cost(choice) > budget + 1e-9:
        prices = [options.price(kind, speaker) for kind, _, speaker in choice.acts]
        if choice.agents and (not prices or choice.agents * (options.agent or 0.0) * options.days >= max(prices)):
            choice = Choice(choice.acts, 0)
        else:
            k = int(np.argmax(prices))
            choice = Choice(choice.acts[:k] + choice.acts[k + 1 :], choice.agents)
    return choice


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise RippleError('a plan needs Optuna, which is not installed: pip install "trust-ripple[fit]"') from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
