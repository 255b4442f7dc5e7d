"""The keys of an experiment file: what each is called, which type of value it has, what it means."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

from sim import units
from sim.scenario import readers as reading
from sim.scenario.values import Count, Horizon, Name, Pace, Text, Texts, Time, Varies, Whole, YesNo
from sim.scenario.yaml_reader import Node
from sim.study.design import DISTRIBUTIONS

VERSION = 1
SEEDS = ("common", "fresh")
OWN, ALL = "own", "all"
DESIGNS = ("grid", "one-at-a-time", "latin-hypercube", "sobol-sequence", "sobol", "morris", "csv")
SIZES = {"latin-hypercube": "points", "sobol-sequence": "points", "sobol": "points", "morris": "trajectories"}


class Keys(BaseModel):
    """A mapping with known keys only."""

    model_config = ConfigDict(extra="forbid")


def _key(meaning: str) -> Any:
    return Field(default=None, description=meaning)


def _words(*known: str) -> Any:
    """One of a few words."""
    return Annotated[str, PlainValidator(partial(reading.one_of, known)), WithJsonSchema({"enum": list(known)})]


def _at_least(least: int, value: object) -> int:
    number = units.count(value)
    if number < least:
        raise ValueError(f"{number} is too few; at least {least}")
    return number


def _pair(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(f"{units.shown(value)} is not a range; write two values, [10 %, 60 %]")
    return value


def _list_or_labels(value: object) -> object:
    if not isinstance(value, (list, dict)) or not value:
        raise ValueError(f"{units.shown(value)} stands where a list of values belongs, or `label: value` lines")
    return value


_Number = Annotated[int, PlainValidator(partial(_at_least, 1)), WithJsonSchema({"type": "integer", "minimum": 1})]
_Levels = Annotated[int, PlainValidator(partial(_at_least, 2)), WithJsonSchema({"type": "integer", "minimum": 2})]
_Range = Annotated[list[Any], PlainValidator(_pair), WithJsonSchema({"type": "array", "minItems": 2, "maxItems": 2})]
_Values = Annotated[Any, PlainValidator(_list_or_labels), WithJsonSchema({"type": ["array", "object"]})]


class FactorFile(Keys):
    """One thing that is varied: a list of values, a range, `own`, or labels that each stand for changes."""

    values: _Values | None = _key("the values it takes; as `label: value` lines, tables show the labels")
    range: _Range | None = _key("lowest and highest value, with units as in a scenario")
    distribution: _words(*DISTRIBUTIONS[:-1]) | None = _key("what is drawn from the range; default: uniform")  # type: ignore[valid-type]
    own: YesNo | None = _key("yes: the range and distribution that the parameter has of its own")
    levels: _Levels | None = _key("of a range on a grid or one at a time: how many values from low to high")
    base: Any = _key("one at a time: the value while the others vary; default: what the scenario says")
    paths: Texts | None = _key("what it changes, when its name is not the path: one path, or several alike")
    settings: dict[str, dict[str, Any]] | None = _key("in place of values: labels, each with `path: value` lines")


class DesignFile(Keys):
    """Which points are run."""

    kind: _words(*DESIGNS) = Field(description="how points are chosen")  # type: ignore[valid-type]
    points: _Number | None = _key("how many; of sobol: base points n, which make n (k + 2) for k factors")
    trajectories: _Number | None = _key("of morris: how many")
    levels: _Levels | None = _key("of ranges on a grid, one at a time (default 5), or of morris (even, default 4)")
    second_order: YesNo | None = _key("of sobol: yes for interactions of two, which take n (2 k + 2) points")
    file: Text | None = _key("of csv: the file, a column for each factor, relative to this one")


class SeriesFile(Keys):
    """What is kept of each run over time."""

    columns: Texts = Field(
        description="columns of the series of a run, and gap: how far trust lies below the quiet twin's"
    )
    every: Pace | None = _key("distance in time; default: every step")


class PanelFile(Keys):
    """Which users are followed through each run."""

    users: Any = Field(description="how many, drawn once; or an audience: {hubs: 1 %}, {users: [label, ...]} ...")
    columns: Texts | None = _key("columns of the table of users; default: trust")
    hours: list[Time] | None = _key("when; or write `every`")
    every: Pace | None = _key("distance in time, from the start to the horizon")


class ExperimentFile(Keys):
    """An experiment of Trust Ripple: which points of a space of factors are run, how often, and what is kept."""

    experiment: Any = Field(default=None, description=f"version of this format: {VERSION}")
    name: Name | None = _key("a short name; default: that of the file")
    title: Text | None = _key("a title for people")
    question: Text | None = _key("the question it answers")
    expected: Text | None = _key("the shape that is expected, and why; written before it is run")
    sources: Texts | None = _key("where the question and the ranges come from")
    scenario: Any = _key("the scenario that is varied: a name of the library, or a path relative to this file")
    arms: Texts | None = _key("which of its arms; default: all")
    changes: dict[str, Any] | None = _key("changes of the scenario that hold at every point, `path: value` lines")
    users: Count | None = _key("how many users")
    horizon: Horizon | None = _key("how long a run lasts")
    parameters: Any = _key("parameters of the model as factors with their own ranges: all, a list, or {except: [...]}")
    factors: dict[str, FactorFile] | None = _key("what is varied: any path of the scenario")
    design: DesignFile | None = _key(f"which points: {', '.join(DESIGNS)}; default: grid")
    replicates: _Number | None = _key("runs of each arm at each point; default: 1")
    vary: Varies | None = _key("what differs between replicates; default: what the scenario says")
    seed: Whole | None = _key("names all random draws; default: 1")
    seeds: _words(*SEEDS) | None = _key("common: all points share their draws (replicates are blocks); fresh: none do")  # type: ignore[valid-type]
    measures: Texts | None = _key("which decision measures; default: all")
    series: SeriesFile | None = _key("columns over time that are kept of each run")
    panel: PanelFile | None = _key("users who are followed through each run")


def written_out(tree: Node) -> Node:
    """The tree with short forms as the mappings they stand for: a list of values, `own`, a design or series by name."""
    tree = tree.copy()
    for name, factor in tree.entries.get("factors", Node(None)).entries.items():
        if isinstance(factor.value, list):
            tree.entries["factors"].entries[name] = _as_entry("values", factor)
        elif factor.value == OWN:
            tree.entries["factors"].entries[name] = _as_entry("own", Node(True, factor.line, factor.file))
    for key, entry in (("design", "kind"), ("series", "columns")):
        node = tree.entries.get(key)
        if node is not None and isinstance(node.value, (str, list)):
            tree.entries[key] = _as_entry(entry, node)
    return tree


def _as_entry(key: str, node: Node) -> Node:
    return Node({key: node}, node.line, node.file)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an experiment file, for editors."""
    described = ExperimentFile.model_json_schema()
    parts, top = described["$defs"], described["properties"]
    values = parts["FactorFile"]["properties"]["values"]
    short = {"anyOf": [{"type": "array"}, {"const": OWN}, {"$ref": "#/$defs/FactorFile"}]}
    top["factors"]["anyOf"][0]["additionalProperties"] = short
    top["design"]["anyOf"].insert(0, {"enum": list(DESIGNS)})
    top["series"]["anyOf"] += [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
    top["experiment"]["const"] = VERSION
    values.pop("title", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **described,
        "title": "Experiment of Trust Ripple",
        "required": ["experiment"],
    }
