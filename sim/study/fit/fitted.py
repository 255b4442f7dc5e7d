"""A finished fit: its tables, saved and opened without loss, and the files of fitted parameters that others read.

done = sim.fit("tracker.fit.yaml")
done.parameters, done.correlations, done.draws, done.bands, done.check
done.save("fits/tracker"); sim.open_fit("fits/tracker")
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.errors import RippleError
from sim.scenario.scenario import Scenario, load
from sim.scenario.yaml_writer import as_yaml
from sim.study.folder import new_folder, tables_in
from sim.study.sweep import amounts
from sim.study.sweep.factors import Varied

DRAWS = 400  # of the posterior that are kept
CASES = 40  # runs with known parameters on which a fit tries itself
LITTLE = 0.25  # of its variance: what is told less of a parameter is as good as nothing
TIED = 0.6  # a correlation from which on two parameters are known together only
_TABLES = ("parameters", "correlations", "draws", "bands", "levels", "check")
_FORMAT = 1


@dataclass(frozen=True)
class Fit:
    """What observed series say of the numbers of a scenario. Trust and shares 0..1, times in hours.

    parameters    factor, unit, default; 5 %, 50 % and 95 % of it before (prior_low ...) and after the data (low, middle,
                  high); told: share of its variance that the data took away; error: it is one of observation
    correlations  of the parameters after the data, as standard normals
    draws         one row per draw of the posterior, a design `point x path` for a sweep of kind csv
    bands         series, shows, hour, observed; prior_q05 and q95; quantiles of what the posterior expects of such a value;
                  inside: it lies within 90 % of that
    levels        series, what (factor on counts, difference of trust), low, middle, high, where that was free
    check         factor, inside: in how many of `cases` runs like the data the 90 % range held the known truth
    """

    title: str
    scenario: Scenario
    arm: str
    parameters: pd.DataFrame
    correlations: pd.DataFrame
    draws: pd.DataFrame
    bands: pd.DataFrame
    levels: pd.DataFrame
    check: pd.DataFrame
    notes: tuple[str, ...]
    provenance: dict[str, object]
    varied: tuple[Varied, ...] = ()

    @property
    def values(self) -> dict[str, object]:
        """The fitted value of each factor, as a scenario takes it, path -> value: the middle of the posterior."""
        rows = self.parameters[~self.parameters["error"]]
        paths = {one.factor.path: one.paths for one in self.varied}
        return {
            path: amounts.words(float(row.middle), row.unit)
            for row in rows.itertuples()
            for path in paths.get(row.factor, (row.factor,))
        }

    @property
    def fitted(self) -> Scenario:
        """The scenario with the fitted values in it."""
        return self.scenario.changed(self.values)

    @property
    def misfit(self) -> bool:
        """True when what was observed lies outside all that the model gives anywhere in the prior."""
        return float(str(self.provenance["distance"])) > 1.5 * float(str(self.provenance["farthest"]))

    def parameters_yaml(self) -> str:
        """The fitted values as a file for `--parameters`."""
        values = self.values
        own = {
            path.removeprefix("parameters."): value for path, value in values.items() if path.startswith("parameters.")
        }
        rest = {path: value for path, value in values.items() if not path.startswith("parameters.")}
        document: dict[str, object] = {**({"parameters": own} if own else {}), **({"changes": rest} if rest else {})}
        return (
            f"# Fitted by Trust Ripple ({self.title}): the middle of what the data leave possible.\n{as_yaml(document)}"
        )

    def scenario_yaml(self) -> str:
        """The scenario with the fitted values, as a file that every command takes."""
        return f"# Fitted by Trust Ripple ({self.title}).\n{as_yaml(self.fitted.written())}"

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write everything into a new folder, at once or not at all. Raises RippleError when it cannot be written."""
        with new_folder(folder, force=force) as work:
            self.write(work)
        return Path(folder)

    def write(self, folder: Path) -> None:
        """Write the files of the fit into an existing folder."""
        for name in _TABLES:
            getattr(self, name).to_parquet(folder / f"{name}.parquet")
        self.parameters.to_csv(folder / "parameters.csv", index=False)
        self.bands.to_csv(folder / "bands.csv", index=False)
        kept = [row.factor for row in self.parameters.itertuples() if not row.error]
        self.draws[kept].to_csv(folder / "posterior.csv", index=False)
        (folder / "fitted.yaml").write_text(self.scenario_yaml(), encoding="utf-8")
        (folder / "parameters.yaml").write_text(self.parameters_yaml(), encoding="utf-8")
        self.scenario.save(folder / "scenario.yaml")
        facts = {
            "format": _FORMAT,
            "title": self.title,
            "notes": list(self.notes),
            "paths": {one.factor.path: list(one.paths) for one in self.varied},
            **self.provenance,
        }
        (folder / "provenance.json").write_text(json.dumps(facts, indent=1, default=str), encoding="utf-8")


def open_fit(folder: str | Path) -> Fit:
    """Open a saved fit. Raises RippleError when the folder holds none."""
    from sim.study.design import Factor

    path = Path(folder).expanduser()
    try:
        facts = json.loads((path / "provenance.json").read_text(encoding="utf-8"))
        if "fit" not in facts:
            raise RippleError(f"{path} holds no fit of Trust Ripple")
        if facts.pop("format") > _FORMAT:
            raise RippleError(f"{path} was written by a later version of Trust Ripple ({facts.get('version')})")
        tables = tables_in(path, _TABLES)
        scenario = load(path / "scenario.yaml", look_for_network=False)
    except FileNotFoundError as problem:
        raise RippleError(f"{path} holds no complete fit: {Path(problem.filename or '').name} is missing") from None
    except (OSError, KeyError, json.JSONDecodeError) as problem:
        raise RippleError(f"{path} cannot be read as a fit: {problem}") from None
    tables["draws"] = tables["draws"].rename_axis("point")
    varied = tuple(Varied(Factor(name, 0.0, 1.0), tuple(paths)) for name, paths in facts.pop("paths").items())
    title, notes = facts.pop("title"), tuple(facts.pop("notes"))
    return Fit(title=title, scenario=scenario, arm=facts["arm"], notes=notes, provenance=facts, varied=varied, **tables)


def fitted_values(file: str | Path) -> dict[str, object]:
    """The changes in a file of fitted parameters, path -> value. Raises RippleError for what is no such file."""
    from sim.scenario.yaml_reader import plain, read_file

    path = Path(file).expanduser()
    document = plain(read_file(path, str(file)))
    allowed = ("parameters", "changes")
    if not isinstance(document, dict) or not document or set(document) - set(allowed):
        raise RippleError(
            f"{file} is no file of parameters; it has `parameters:` with `name: value` lines, and perhaps `changes:` with "
            f"`path: value` lines. A whole scenario is named in place of the scenario"
        )
    found: dict[str, object] = {}
    for key in allowed:
        entries = document.get(key) or {}
        if not isinstance(entries, dict):
            raise RippleError(f"{file}: `{key}` holds `name: value` lines")
        for name, value in entries.items():
            found[f"parameters.{name}" if key == "parameters" else str(name)] = (
                value if not isinstance(value, (int, float)) else str(value)
            )
    return found
