"""Finished replicates laid aside while a comparison runs, so that an interrupted one goes on where it was.

A folder with `request.json`, which says what was asked for, and one folder or file for each finished piece; each is
written under another name and renamed, so what is there is whole. What is read back is what was kept, to the last bit.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.dynamics.setup import Seeds
from sim.errors import RippleError
from sim.files import write_text
from sim.study.own_rules import told
from sim.study.provenance import network_hash, seeds_as_dict, version
from sim.study.replicate import Replicate
from sim.study.request import Request
from sim.study.results import open_run

Measures = dict[str, dict[str, float]]
_REQUEST = "request.json"
_WORDS = {
    "program": "what wrote them", "version": "the version of Trust Ripple", "scenario": "the scenario or a change of it",
    "network": "the network", "arms": "the arms", "seed": "the seed", "rules": "the rules", "replicates": "the number of runs",
    "precision": "the precision", "parameter_draws": "the number of draws of parameters",
}  # fmt: skip


def what_is_asked(asked: Request, arms: Sequence[str], seed: int, **more: object) -> dict[str, object]:
    """All that a comparison depends on, as plain values; two requests with equal ones give equal results."""
    file = asked.scenario.network.file
    network = network_hash(asked.graph) if asked.graph is not None else ""
    if asked.graph is None and file is not None:
        network = hashlib.sha256(file.read_bytes()).hexdigest()
    facts = {
        "program": "trust-ripple",
        "version": version("trust-ripple"),
        "scenario": hashlib.sha256(asked.scenario.to_yaml().encode()).hexdigest(),
        "network": network,
        "arms": list(arms),
        "seed": seed,
        "rules": told(asked.rules),
        **more,
    }
    return json.loads(json.dumps(facts, default=str))  # as it will be read back


class Kept:
    """The finished pieces of one comparison in a folder of their own."""

    def __init__(self, folder: str | Path, facts: Mapping[str, object]):
        """Begin a folder, or go on with the one that is there.

        Raises RippleError when it belongs to another request, naming what is different, or cannot be written.
        """
        self.folder = Path(folder).expanduser()
        if finished(self.folder) is None:
            if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
                raise RippleError(f"{self.folder} holds other things than finished runs of a comparison")
            write_text(self.folder / _REQUEST, json.dumps(dict(facts), indent=1))
            return
        before = json.loads((self.folder / _REQUEST).read_text(encoding="utf-8"))
        changed = [_WORDS.get(key, key) for key in facts if before.get(key) != facts[key]]
        if changed:
            raise RippleError(
                f"{self.folder} holds finished runs of another request; different: {', '.join(changed)}. "
                f"Ask for the same as then, or begin anew (--force)"
            )

    def replicate(self, number: int) -> Replicate | None:
        """A replicate that was kept; None when it was not."""
        folder = self.folder / f"replicate-{number:05d}"
        if not folder.is_dir():
            return None
        facts = json.loads((folder / "replicate.json").read_text(encoding="utf-8"))
        with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
            arrays = [{arm: stored[f"{name}{k}"] for k, arm in enumerate(facts["arms"]) if f"{name}{k}" in stored}
                      for name in ("trust", "gap", "user_loss")]  # fmt: skip
        return Replicate(
            seeds=Seeds(**facts["seeds"]),
            measures=facts["measures"],
            trust=arrays[0],
            gap=arrays[1],
            accounts={arm: [tuple(row) for row in rows] for arm, rows in facts["accounts"].items()},
            hops={arm: {(act, hop): users for act, hop, users in rows} for arm, rows in facts["hops"].items()},
            losses={arm: [tuple(row) for row in rows] for arm, rows in facts["losses"].items()},
            runs={arm: open_run(folder / "runs" / str(k)) for k, arm in enumerate(facts["runs"])},
            user_losses=arrays[2],
        )

    def keep_replicate(self, number: int, one: Replicate) -> None:
        """Keep a finished replicate."""
        work = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=self.folder))
        arms = list(one.measures)
        facts = {
            "arms": arms,
            "seeds": seeds_as_dict(one.seeds),
            "measures": one.measures,
            "accounts": one.accounts,
            "hops": {arm: [(act, hop, users) for (act, hop), users in hops.items()] for arm, hops in one.hops.items()},
            "losses": one.losses,
            "runs": list(one.runs),
        }
        (work / "replicate.json").write_text(json.dumps(facts), encoding="utf-8")
        parts = {"trust": one.trust, "gap": one.gap, "user_loss": one.user_losses}
        arrays: dict[str, Any] = {
            f"{name}{arms.index(arm)}": values for name, by_arm in parts.items() for arm, values in by_arm.items()
        }
        np.savez(work / "arrays.npz", **arrays)
        for k, run in enumerate(one.runs.values()):
            (work / "runs" / str(k)).mkdir(parents=True)
            run.write(work / "runs" / str(k))
        work.rename(self.folder / f"replicate-{number:05d}")

    def draw(self, number: int) -> Measures | None:
        """The measures of a draw of parameters that was kept; None when it was not."""
        file = self.folder / f"draw-{number:05d}.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None

    def keep_draw(self, number: int, measures: Measures) -> None:
        """Keep a finished draw."""
        write_text(self.folder / f"draw-{number:05d}.json", json.dumps(measures))

    def remove(self) -> None:
        """Remove the folder, when its comparison is written."""
        discard(self.folder)


def finished(folder: str | Path) -> int | None:
    """How many replicates are kept in a folder; None when it is no such folder."""
    path = Path(folder).expanduser()
    return sum(1 for _ in path.glob("replicate-*")) if (path / _REQUEST).exists() else None


def discard(folder: str | Path) -> None:
    """Remove a folder of finished pieces; anything else is left alone."""
    if finished(folder) is not None:
        shutil.rmtree(Path(folder).expanduser(), ignore_errors=True)
