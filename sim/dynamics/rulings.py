"""The rules of one run: when they are called, what is checked after each, and the columns they keep.

At the end of a step of talk, rules that follow a step before talk run first, in the order of STEPS and then as they
were given: all events of the step are done, talk is not, so it goes on from what they leave. Then people talk. Rules
that follow talk or a later step run last, and the row of what is seen is written again when they changed anything:
it shows what stands when all steps of the tick are done. A rule that does nothing changes no bit.
"""

from __future__ import annotations

import inspect
import math
import traceback
from typing import TYPE_CHECKING

import numpy as np

from sim.dynamics import state as s
from sim.dynamics.look import look_again
from sim.dynamics.rule_books import Books, Guard
from sim.dynamics.rule_view import RuleDraws, View
from sim.dynamics.rules import Rule
from sim.dynamics.tick import STEPS, keep_lowest, stand_still, wake
from sim.errors import RippleError

if TYPE_CHECKING:
    from sim.dynamics.engine import Engine


class Rulings:
    """The rules of one engine at work."""

    def __init__(self, engine: Engine, rules: tuple[Rule, ...]):
        self.columns: dict[str, np.ndarray] = {}  # f8[n] over rows, by `RULE.column`
        in_order = sorted(rules, key=lambda rule: STEPS.index(rule.after))
        running = [_Running(engine, rule, self.columns) for rule in in_order]
        talk = STEPS.index("talk")
        self.before = [one for one in running if STEPS.index(one.rule.after) < talk]
        self.after = [one for one in running if STEPS.index(one.rule.after) >= talk]
        self._means = np.zeros((engine.setup.n_steps + 1, len(self.columns)))
        if not running:  # an engine that is not held from here is freed as soon as nobody else holds it
            return
        self.engine = engine
        for one in running:
            one.start()
        self._record()

    def end_step(self) -> None:
        """Do what is left of a step of talk once its events are done."""
        engine = self.engine
        for one in self.before:
            one.step()
        if engine.state[s.AWAKE] == s.ASLEEP:
            stand_still(engine.state, engine.clock, engine.expressed, engine.rows)
        else:
            self._talk()
        self._end_with_rules()
        self._record()

    def means(self) -> dict[str, np.ndarray]:
        """The mean of each column over all users, by step."""
        if not self.columns:
            return {}
        done = int(self.engine.state[s.STEP]) + 1
        return {name: self._means[:done, k] for k, name in enumerate(self.columns)}

    def _talk(self) -> None:
        engine = self.engine
        if engine.state[s.AWAKE] == s.STIRRED:
            wake(engine.n, engine.trust, engine.columns, engine.state, engine.clock)
        lowest = engine.clock[s.LOWEST]
        if self.after:
            engine.clock[s.LOWEST] = -math.inf  # what is lowest is seen when the last rule is done
        engine._talk_step()
        if self.after:
            engine.clock[s.LOWEST] = lowest

    def _end_with_rules(self) -> None:
        engine = self.engine
        talked = engine.state[s.AWAKE] == s.RUNNING
        changed = [one.step() for one in self.after]
        if any(changed):
            look_again(engine)
        elif self.after and talked:
            keep_lowest(engine.sums[0], engine.state, engine.clock, engine.trust, engine.lowest)

    def _record(self) -> None:
        row = self._means[int(self.engine.state[s.STEP])]
        for k, values in enumerate(self.columns.values()):
            row[k] = values.mean()


class _Running:
    """One rule in one run."""

    def __init__(self, engine: Engine, rule: Rule, columns: dict[str, np.ndarray]):
        self.engine, self.rule = engine, rule.with_values({})
        own = {}
        for name, first in rule.columns.items():
            if hasattr(View, name):
                raise RippleError(
                    f"the rule '{rule.name}': columns.{name}: the world has '{name}' already; choose another"
                )
            own[name] = columns[f"{rule.name}.{name}"] = np.full(engine.n, float(first))
        self.own = own
        self.guard = Guard(engine)
        self.view = View(engine, own, columns)
        self.draws = RuleDraws(engine, rule.name)
        self.books = Books(engine, rule.name, self.guard, self.view)

    def start(self) -> None:
        """Before time 0."""
        self._call(lambda: self.rule.start(self.view, self.draws), "at the start")

    def step(self) -> bool:
        """At the end of a step; whether it changed any user."""
        now, dt = self.engine.now, float(self.engine.clock[s.STEP_LENGTH])
        before = self.books._changes
        self.draws._step += 1
        self._call(lambda: self.rule.step(self.view, now, dt, self.draws, self.books), f"at hour {now:g}")
        return self.books._changes > before

    def _call(self, what, when: str) -> None:
        where = f"the rule '{self.rule.name}' {when}"
        self.view._now.clear()
        self.guard.seal()
        try:
            what()
            self.guard.check()
        except RippleError as problem:
            raise RippleError(f"{where}{self._line(problem)}: {problem}") from problem
        except Exception as problem:
            words = f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__
            raise RippleError(f"{where} failed{self._line(problem)}: {words}") from problem
        for name, values in self.own.items():
            if not np.isfinite(values).all():
                wrong = int(np.flatnonzero(~np.isfinite(values))[0])
                raise RippleError(f"{where}: its column '{name}' is {values[wrong]} for user {self.view.labels[wrong]}")

    def _line(self, problem: Exception) -> str:
        """The line of the rule's own file at which it went wrong."""
        try:
            file = inspect.getsourcefile(type(self.rule))
        except TypeError:  # it was typed in
            file = None
        lines = [f.lineno for f in traceback.extract_tb(problem.__traceback__) if f.filename == file]
        return f" (line {lines[-1]} of its file)" if lines else ""
