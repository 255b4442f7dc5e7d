"""Rules of one's own for a run: those handed over as objects, and those a scenario names, imported only when allowed."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sim.dynamics.rules import Rule, checked
from sim.errors import RippleError, did_you_mean
from sim.scenario.readers import rule_name
from sim.scenario.scenario import RuleEntry, Scenario


def with_rules(scenario: Scenario, rules: Sequence[Rule]) -> Scenario:
    """The scenario with an entry for each of some rules: in place of one of the same name, else after its own."""
    if not rules:
        return scenario
    entries = {entry.name: _document(entry.name, entry.code, entry.values) for entry in scenario.rules}
    entries |= {rule.name: _document(rule.name, rule.code, rule.values) for rule in rules}
    return scenario.changed({"rules": list(entries.values())})


def rules_of(scenario: Scenario, given: Mapping[str, Rule], *, allow_code: bool) -> tuple[Rule, ...]:
    """The rules of a scenario as they run, each a fresh copy with the values that the scenario gives it.

    given: rules that are there already, by name; the others are imported. Raises RippleError when there are others and
    allow_code is False, when one cannot be imported, or has no parameter of that name.
    """
    missing = [entry for entry in scenario.rules if entry.name not in given]
    if missing and not allow_code:
        named = ", ".join(f"{entry.code} (rule '{entry.name}')" for entry in missing)
        raise RippleError(
            f"{scenario.origin} names code that would be executed with all your rights: {named}. Read it first; then "
            "say --allow-code on the command line, or allow_code=True in Python"
        )
    folders = [Path.cwd()] if scenario.folder is None else [scenario.folder, Path.cwd()]
    rules = []
    for entry in scenario.rules:
        rule = given[entry.name] if entry.name in given else _imported(entry, folders)
        fresh = rule.with_values(entry.values)
        fresh.name = entry.name
        rules.append(fresh)
    return checked(rules)


def told(rules: Iterable[Rule]) -> list[dict[str, object]]:
    """Which rules had a part in a result: name, code, values of the parameters, hash of the source (None: not there)."""
    return [
        {"name": rule.name, "code": rule.code, "parameters": rule.values, "source_hash": _source_hash(type(rule))}
        for rule in rules
    ]


def _document(name: str, code: str, values: Mapping[str, float]) -> dict[str, object]:
    named = {} if name == rule_name(code) else {"name": name}
    return {"code": code, **named, **values}


def _imported(entry: RuleEntry, folders: list[Path]) -> Rule:
    """The rule an entry names, made without values. Raises RippleError."""
    where = f"the rule '{entry.name}' ({entry.code})"
    module_name, _, path = entry.code.partition(":")
    try:
        with _also_from(folders):
            found: object = importlib.import_module(module_name)
    except ModuleNotFoundError as problem:
        looked = " and ".join(str(folder) for folder in dict.fromkeys(folders))
        raise RippleError(f"{where}: {problem}; looked where Python looks, and in {looked}") from problem
    except Exception as problem:
        raise RippleError(f"{where}: importing {module_name} failed: {type(problem).__name__}: {problem}") from problem
    for step in path.split("."):
        if not hasattr(found, step):
            known = [name for name, value in vars(found).items() if _is_rule(value)]
            words = did_you_mean(step, known) or (f"; it has {', '.join(known)}" if known else "")
            raise RippleError(f"{where}: there is no '{step}' in {module_name}{words}")
        found = getattr(found, step)
    if not _is_rule(found):
        raise RippleError(f"{where}: it is no rule; write class {path}(sim.Rule)")
    [rule] = checked([found])
    return rule


def _is_rule(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Rule) and value is not Rule


@contextmanager
def _also_from(folders: list[Path]) -> Iterator[None]:
    """Let imports look into some folders last, so that nothing there stands in for what is installed."""
    added = [str(folder) for folder in folders if str(folder) not in sys.path]
    sys.path.extend(added)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        for folder in added:
            sys.path.remove(folder)


def _source_hash(cls: type) -> str | None:
    """The hash of the file that holds a class, or of the class where it was typed in."""
    try:
        file = inspect.getsourcefile(cls)
        text = Path(file).read_bytes() if file and Path(file).is_file() else inspect.getsource(cls).encode()
    except (OSError, TypeError):
        return None
    return hashlib.sha256(text).hexdigest()
