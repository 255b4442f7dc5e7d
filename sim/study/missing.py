"""What to find out first: facts of a brand that a scenario leaves to defaults, by how much each could change the ranking.

Of all parameters that were varied, these are the ones that somebody in the brand can look up, measure or ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from sim.scenario.parameters import SECTORS
from sim.scenario.scenario import Scenario
from sim.study.comparison import Comparison
from sim.study.how_sure import THIRDS

# parameter -> where a file says it, and where a brand finds it
FACTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **{f"trust_{sector}": ("brand.trust", "from a brand tracker or a survey") for sector in SECTORS},
        "trust_sd": ("parameters.trust_sd", "from the answers of a brand tracker, one by one"),
        "followers": ("brand.followers", "from the channels and the size of the audience"),
        "desk_agents": ("brand.desk.agents", "from the roster of the service desk"),
        "desk_rate": ("brand.desk.rate", "from the log of the service desk"),
        "desk_answers": ("brand.desk.answers", "from the log of the service desk"),
        "reach_news": ("timeline.*.reach", "from press clippings and audience figures of past news"),
        "reach_post": ("parameters.reach_post", "from the reach that channels report"),
        "found_mean": ("timeline.*.found", "from whoever knows how many know"),
        "channel_share": ("parameters.channel_share", "from the channels"),
        "employee_share": ("parameters.employee_share", "from the size of the staff and of the audience"),
        "bad_rate": ("parameters.bad_rate", "from complaints a year for each customer"),
        "public_share": ("parameters.public_share", "from complaints by channel"),
        "abusive_share": ("parameters.abusive_share", "from public complaints, read"),
        "churn": ("parameters.churn", "from followers who leave in a quiet month"),
    }
)


def missing(data: Comparison, measure: str = "trust_days_lost") -> pd.DataFrame:
    """Facts that the file leaves open, the one that could change the ranking most first.

    parameter, path (where a file says it), find (where a brand finds it), lowest, middle, highest (share of draws in which
    the favoured arm is best, by thirds of its plausible values), change (largest minus smallest of the three), chance
    (that noise gives any parameter such a spread), hangs (True when that is small). Empty without `how_sure`, and where
    there are too few draws or arms to tell.
    """
    columns = ["parameter", "path", "find", *THIRDS, "change", "chance", "hangs"]
    if data.how_sure is None:
        return pd.DataFrame(columns=columns)
    table = data.how_sure.hangs_on(measure)
    open_ = [name for name in table["parameter"] if name in FACTS and not _written(data.scenario, FACTS[name][0])]
    table = table[table["parameter"].isin(open_)].copy()
    table["path"] = [FACTS[name][0] for name in table["parameter"]]
    table["find"] = [FACTS[name][1] for name in table["parameter"]]
    shares = table[list(THIRDS)].astype(float)
    table["change"] = shares.max(axis=1) - shares.min(axis=1)
    return table[columns].reset_index(drop=True)


def _written(scenario: Scenario, path: str) -> bool:
    """Whether the file says it; of acts: whether every one that could says it."""
    first, *rest = path.split(".")
    if first == "parameters":
        return False  # such a one would not have been drawn
    tree = scenario.written()
    if first == "timeline":
        return all(_says(scenario, act, rest[-1]) for act in _acts(tree))
    here: Any = tree.get(first) or {}
    for step in rest:
        here = here.get(step) if isinstance(here, Mapping) else None
    if path.startswith("brand.desk") and not scenario.brand.policy.desk.answers_at_all:
        return True  # there is no desk to know more of
    return here is not None and here not in ("sector", "followers", "desk_agents", "desk_rate", "desk_answers")


def _says(scenario: Scenario, act: Mapping[str, Any], key: str) -> bool:
    kind = scenario.kinds[str(act["act"])]
    could = kind.form == "news" if key == "reach" else bool(act.get("hidden", kind.hidden))
    return not could or act.get(key) is not None


def _acts(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (act for act in tree.get("timeline") or [] if act)
