"""What responses save: the best matched one, E11, and telling first, E12."""

from __future__ import annotations

import math

import numpy as np

from sim.dynamics import observe
from sim.dynamics.setup import Seeds
from sim.study.evidence.estimates import mean_of
from sim.study.evidence.one_act import AT, DAY, with_act
from sim.study.evidence.plan import Plan
from sim.study.evidence.row import BUILT_IN, Curve, Found, Number, Row
from sim.study.evidence.watching import watch

_SURE = 0.99  # E12 is about signs, which are to be sure at p < .01

# --- E11: the best matched response -----------------------------------------------------------------------------------


def _best_response(plan: Plan) -> Found:
    days = 14.0
    sorry = {"act": "apology", "of": "act", "after": "0 h"}
    written = with_act(
        {"act": "data_breach"}, users=plan.pick(2000, 500), days=AT / DAY + days, trust="60 points",
        arms={"silence": [], "apology": [sorry]}
    )  # fmt: skip
    scenario = plan.scenario(written)
    hours = np.arange(scenario.horizon + 1)
    lags = np.arange(1, days + 1) * DAY

    def one(part: Plan, seeds: Seeds) -> np.ndarray:
        quiet = watch(part.part(0, 3), part.engine(scenario, seeds, quiet=True), hours)
        silent, sorry = (
            watch(part.part(k, 3), part.engine(scenario, seeds, arm), hours)
            for k, arm in enumerate(("silence", "apology"), 1)
        )
        users, met = silent.meetings["act"]
        shares = []
        for lag in lags:
            there = users[met <= AT + lag]
            harm = [
                float(np.log(quiet.at(there, AT + lag) / run.at(there, AT + lag)).mean()) for run in (silent, sorry)
            ]
            shares.append(100 * (1 - harm[1] / harm[0]))
        return np.array(shares)

    shares = np.array(plan.each(plan.pick(20, 3), one))
    line = Curve("apology at once", list(lags / DAY), list(shares.mean(axis=0)))
    return Found((mean_of(shares[:, -1]),), (line,), "days since the breach", "of the log-loss repaired, %")


# --- E12: telling first -----------------------------------------------------------------------------------------------


def _told_first(plan: Plan) -> Found:
    kinds = ("data_breach", "data_misuse")
    public = AT + 1.0

    def saved(part: Plan, seeds: Seeds, kind: str) -> float:
        act = {"act": kind, "hidden": True, "found": f"{public:g} h", "magnitude": 0.4, "virality": 1.2}
        told = [{"act": "disclosure", "of": "act", "after": "59 min"}]  # just before
        written = with_act(
            act, users=plan.pick(2000, 500), days=plan.pick(60, 30), trust="60 points", arms={"found": [], "told": told}
        )
        scenario = plan.scenario(written)
        quiet, found, first = (
            observe.table(part.part(k, 3).finished(scenario, seeds, arm, quiet=k == 0).rows)["trust"]
            for k, arm in enumerate(("found", "found", "told"))
        )
        return 100 * (1 - float((quiet - first).sum()) / float((quiet - found).sum()))

    def one(part: Plan, seeds: Seeds) -> tuple[float, ...]:
        return tuple(saved(part.part(k, len(kinds)), seeds, kind) for k, kind in enumerate(kinds))

    shares = np.array(plan.each(plan.pick(30, 4), one))
    estimates = [mean_of(values, _SURE) for values in (*shares.T, shares[:, 0] - shares[:, 1])]
    return Found(tuple(estimates))


ROWS = (
    Row(
        "E11",
        "The response that matches best repairs about a third of the harm.",
        "Ma & Zhan 2016, doi:10.1080/1062726X.2016.1166367 (r .23 of .54)",
        BUILT_IN,
        "A breach that is public at once, with an apology at the same hour and without: log-loss of own trust of those who "
        "met it, 14 days after it came out, against the same people without the breach.",
        (Number("of the log-loss repaired on day 14", 25.0, 50.0, "%"),),
        _best_response,
    ),
    Row(
        "E12",
        "Telling first saves harm, and more of it when a product failed than when the failure is a moral one.",
        "Claeys & Cauberghe 2012, doi:10.1016/j.pubrev.2011.09.001; Beldad, van Laar & Hegner 2018 (direction only)",
        BUILT_IN,
        "A hidden breach and a hidden misuse of data, both of magnitude .4, found out an hour later, or told by "
        "the brand a minute before that. Share of the trust-days lost that telling saves; 99 % intervals.",
        (
            Number("saved of a failure of competence", 0.0, math.inf, "%", 1, whole=True),
            Number("saved of a failure of integrity", 0.0, math.inf, "%", 1, whole=True),
            Number("the first less the second", 0.0, math.inf, "%", 1, whole=True),
        ),
        _told_first,
    ),
)
