"""The columns of the tables that a run leaves: name, unit, meaning, and how each is read from the engine, one line each.

docs/outputs.md is written from here, from `observe` (the series) and from `measures_named` (the measures).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.dynamics import state as s
from sim.dynamics.engine import Engine

SHARE, TRUST, LOG, HOURS, COUNT, WORDS, YES = "share", "0..1", "log units", "h", "count", "", "yes/no"
COMPLAINT_STATES = ("waiting", "in work", "answered", "ignored", "deleted")


@dataclass(frozen=True)
class Column:
    """A column of a table. read: takes the engine and gives its values, one for each row; None: made by other means."""

    name: str
    unit: str
    meaning: str
    read: Callable[[Engine], Any] | None = None


def table_of(engine: Engine, columns: Sequence[Column]) -> pd.DataFrame:
    """A table whose columns are all read from the engine."""
    return pd.DataFrame({column.name: column.read(engine) for column in columns if column.read is not None})


def labels_of(engine: Engine, rows: np.ndarray) -> np.ndarray:
    """The names of users in the network as it was read."""
    labels = engine.world.graph.labels
    return engine.world.order[rows] if labels is None else np.asarray(labels)[rows]


# --- acts of the brand and the world --------------------------------------------------------------------------------


def _out(engine: Engine) -> np.ndarray:
    return engine.acts[: len(engine.out)]


def _stated_intent(engine: Engine) -> np.ndarray:
    acts = _out(engine)
    with np.errstate(invalid="ignore"):
        return np.where(acts["sign"] < 0, acts["intent"] / np.where(acts["n_met"], acts["n_met"], np.nan), np.nan)


STORIES = (
    Column("act", WORDS, "id of the act", lambda e: [out.act.id for out in e.out]),
    Column("kind", WORDS, "kind of act", lambda e: [out.act.kind for out in e.out]),
    Column("time", HOURS, "when it came out", lambda e: [out.time for out in e.out]),
    Column("told", YES, "a hidden act that the brand told itself", lambda e: [out.told for out in e.out]),
    Column("refers_to", WORDS, "of a response: the act it answers", lambda e: [out.act.of or "" for out in e.out]),
    Column("virality", "re-shares", "mean number caused by one share", lambda e: _out(e)["hazard"] * e.kappa),
    Column("met", COUNT, "users who met it", lambda e: _out(e)["n_met"]),
    Column("heard", COUNT, "users who heard of it by word of mouth", lambda e: _out(e)["n_heard"]),
    Column("shared", COUNT, "users who passed it on", lambda e: _out(e)["n_shared"]),
    Column("share_of_users", SHARE, "those who heard of it, of all users", lambda e: _out(e)["n_heard"] / e.n),
    Column("repairs", SHARE, "of a response: share of the wound that it repairs", lambda e: _out(e)["eta"]),
    Column("stated_intent", SHARE, "of a loss: those who met it who would say that they leave", _stated_intent),
)
HOPS = (
    Column("act", WORDS, "id of the act"),
    Column("hop", COUNT, f"passages from person to person; {s.MAX_HOPS - 1} stands for that many or more"),
    Column("users", COUNT, "users who first heard of it at this hop"),
)
LEDGER = (
    Column("book", WORDS, "own or expressed"),
    Column("cause", WORDS, "the act it descends from, or time, posts, complaints, talk, or a rule"),
    Column("channel", WORDS, f"{', '.join(s.CHANNELS)}; of the expressed book: pull, talk, rule"),
    Column("trust", TRUST, "change of mean trust over the whole run"),
)


# --- stories of users -----------------------------------------------------------------------------------------------


def _told(engine: Engine) -> np.ndarray:
    return engine.acts[engine.first_story : engine.state[s.N_ACTS]]


def _complaints(engine: Engine) -> np.ndarray:
    return engine.live.complaints[: engine.state[s.N_COMPLAINTS]]


def _sorts(engine: Engine) -> np.ndarray:
    """What each story of a user is: it follows from its sign, its nature, and the complaints."""
    told, complaints = _told(engine), _complaints(engine)
    own = np.zeros(len(told), dtype=bool)
    own[complaints["story"][complaints["story"] >= 0] - engine.first_story] = True
    ended = set(zip(complaints["user"].tolist(), complaints["closed"].tolist(), strict=True))
    praise = [pair in ended for pair in zip(told["author"].tolist(), told["born"].tolist(), strict=True)]
    complains = told["cause"] == s.COMPLAINTS_ROW
    return np.select(
        [
            complains & own,
            complains & (told["moral"] != 0),
            complains,
            (told["sign"] > 0) & np.array(praise, dtype=bool),
        ],
        ["complaint", "deletion", "repeated complaint", "praise"],
        "opinion",
    ).astype(object)


USER_STORIES = (
    Column("author", WORDS, "label of the user", lambda e: labels_of(e, _told(e)["author"])),
    Column("hour", HOURS, "when it was posted", lambda e: _told(e)["born"]),
    Column("sort", WORDS, "opinion, praise, complaint, repeated complaint, deletion (one that was noticed)", _sorts),
    Column("sign", "+1, -1", "good or bad news of the brand", lambda e: _told(e)["sign"]),
    Column("heard", COUNT, "users who heard it", lambda e: _told(e)["n_heard"]),
    Column("shared", COUNT, "users who passed it on, its author too", lambda e: _told(e)["n_shared"]),
    Column("cause", WORDS, "of the books: posts or complaints", lambda e: [s.CAUSES[k] for k in _told(e)["cause"]]),
)


def _closed(engine: Engine) -> np.ndarray:
    complaints = _complaints(engine)
    return np.where(complaints["state"] >= s.ANSWERED, complaints["closed"], np.nan)


def _waited(engine: Engine) -> np.ndarray:
    closed = _closed(engine)
    return np.where(np.isnan(closed), engine.now, closed) - _complaints(engine)["opened"]


COMPLAINTS = (
    Column("user", WORDS, "label of the user", lambda e: labels_of(e, _complaints(e)["user"])),
    Column("number", COUNT, "among the complaints of this user, from 0 on", lambda e: _complaints(e)["number"]),
    Column("opened", HOURS, "when it was made", lambda e: _complaints(e)["opened"]),
    Column("closed", HOURS, "when it was answered, ignored or deleted; none while it waits", _closed),
    Column(
        "state", WORDS, ", ".join(COMPLAINT_STATES), lambda e: [COMPLAINT_STATES[k] for k in _complaints(e)["state"]]
    ),
    Column("public", YES, "made in public, so that others hear it", lambda e: _complaints(e)["public"] != 0),
    Column("abusive", YES, "its words are abuse", lambda e: _complaints(e)["abusive"] != 0),
    Column("waiting_hours", HOURS, "from opened to closed, or to the end of the run", _waited),
)


# --- users ----------------------------------------------------------------------------------------------------------


def _of_users(values: Callable[[Engine], Any]) -> Callable[[Engine], np.ndarray]:
    """Values over the engine's rows, brought into the order of the network as it was read."""
    return lambda e: e.world.in_first_order(np.asarray(values(e)))


def _or_none(values: np.ndarray, engine: Engine) -> np.ndarray:
    """A column that is kept only when its process runs: zeros without it."""
    return values if len(values) else np.zeros(engine.n, values.dtype)


def _column(which: int) -> Callable[[Engine], np.ndarray]:
    return lambda e: s.column(e.columns, which, e.n)


def _flag(which: np.uint8) -> Callable[[Engine], np.ndarray]:
    return lambda e: (e.flags[: e.n] & which) != 0


def _side(name: str) -> Callable[[Engine], np.ndarray]:
    return lambda e: e.sides_and_wounds()[name]


_USERS = (
    Column("label", WORDS, "the user's name in the network", lambda e: labels_of(e, np.arange(e.n))),
    Column("listens_to", COUNT, "users it listens to", lambda e: np.diff(e.world.graph.start)),
    Column("listeners", COUNT, "users who listen to it", lambda e: np.diff(e.world.graph.back_start)),
    Column("follows", YES, "follows the brand at the end", _flag(s.FOLLOWS)),
    Column("reached", YES, "met or heard of an act outside the calendar", _flag(s.REACHED)),
    Column("young", YES, "of the younger cohort, less patient and expecting more", _flag(s.YOUNG)),
    Column("activity", "1/h", "opportunities to post an opinion", lambda e: _or_none(e.live.activity, e)),
    Column(
        "posts", COUNT, "opinions posted, praise after an answer not counted", lambda e: _or_none(e.live.written, e)
    ),
    Column("complaints", COUNT, "complaints made", lambda e: _or_none(e.live.n_complaints, e)),
    Column("moves", COUNT, "times it has left or joined", lambda e: s.column(e.columns, s.MOVES, e.n).astype(np.int32)),
    Column("trust_start", TRUST, "expressed trust at the start", lambda e: e.start_trust),
    Column("trust_worst", TRUST, "at the hour at which the mean over users was lowest", lambda e: e.lowest[: e.n]),
    Column("trust", TRUST, "at the end", lambda e: e.expressed_trust()),
    Column("trust_mean", TRUST, "mean over time", lambda e: e.mean_trust_over_time()),
    Column("own", TRUST, "own trust at the end", _column(s.OWN)),
    Column("cognitive", TRUST, "its cognitive side", _side("cognitive")),
    Column("affective", TRUST, "its affective side", _side("affective")),
    Column("wound", LOG, "mean of both sides of what heals in weeks", _side("wound")),
    Column("scar", LOG, "mean of both sides of what hardly heals", _side("scar")),
)
USERS = tuple(Column(c.name, c.unit, c.meaning, _of_users(c.read)) for c in _USERS if c.read is not None)


# --- comparisons ----------------------------------------------------------------------------------------------------

_ARM, _MEASURE = Column("arm", WORDS, "name of the arm"), Column("measure", WORDS, "name of the measure")
_GROUP = (
    Column("by", WORDS, "listeners, activity, trust (at the start), follows (at the start), community"),
    Column("group", WORDS, "of users, cut by rank within a replicate; communities by size"),
    Column("users", SHARE, "of all users"),
)
_LOSS = (
    Column("loss", TRUST, "of trust, mean over time, each user against its quiet twin"),
    Column("left", SHARE, "followers lost, of the users of the group"),
)
_ENDS = (Column("low", TRUST, "lower end of its joint 95 % interval"), Column("high", TRUST, "upper end"))
_PAIRED = (
    Column("difference", TRUST, "to the reference, mean of the pairs"),
    Column("difference_low", TRUST, "lower end of its joint 95 % interval"),
    Column("difference_high", TRUST, "upper end"),
)
COMPARISON = {
    "measures": (
        Column("arm", WORDS, "name of the arm (index)"),
        Column("each measure", "its own", "mean over replicates; those without a value are left out"),
    ),
    "spread": (
        _ARM,
        _MEASURE,
        Column("mean", "of the measure", "over replicates"),
        Column(
            "mean_low", "of the measure", "lower end of the 95 % interval of the mean, which holds for all arms jointly"
        ),
        Column("mean_high", "of the measure", "upper end"),
        Column("sd", "of the measure", "standard deviation over replicates"),
        Column("low", "of the measure", "5 % of the replicates lie below"),
        Column("middle", "of the measure", "half of the replicates lie below"),
        Column("high", "of the measure", "5 % of the replicates lie above"),
        Column("worst", "of the measure", "mean of the worst 1 in 20 replicates"),
    ),
    "differences": (
        Column("arm", WORDS, "name of the arm; the reference has no row"),
        _MEASURE,
        Column("difference", "of the measure", "arm minus reference, mean of the pairs on the same draws"),
        Column("low", "of the measure", "lower end of the 95 % interval, which holds for all arms jointly"),
        Column("high", "of the measure", "upper end"),
        Column("middle", "of the measure", "half of the pairs lie below"),
        Column("q05", "of the measure", "5 % of the pairs lie below: what one crisis may bring"),
        Column("q95", "of the measure", "5 % of the pairs lie above"),
        Column("better", SHARE, "replicates in which the arm is better than the reference"),
        Column("same", SHARE, "replicates in which the two are equal"),
        Column("variance_saved", SHARE, "of the variance that independent runs would have, by pairing"),
    ),
    "best": (
        Column("arm", WORDS, "name of the arm (index)"),
        Column("each measure", SHARE, "replicates in which the arm is best; ties are split"),
    ),
    "replicates": (
        Column("replicate", COUNT, "from 0 on"),
        Column("seed", WORDS, "of its events"),
        _ARM,
        Column("each measure", "its own", "of this run"),
    ),
    "bands": (
        _ARM,
        Column("hour", HOURS, "since the start"),
        *(
            Column(f"{prefix}{name}", TRUST, f"{meaning} over replicates of {of}")
            for prefix, of in (("", "mean trust"), ("gap_", "the gap to the quiet twin"))
            for name, meaning in {
                "mean": "mean",
                "q05": "5 % quantile",
                "q25": "lower quartile",
                "q50": "median",
                "q75": "upper quartile",
                "q95": "95 % quantile",
            }.items()
        ),
    ),
    "ledger": (_ARM, *(Column(c.name, c.unit, f"{c.meaning}{', mean' if c.unit else ''}") for c in LEDGER)),
    "hops": (_ARM, *(Column(c.name, c.unit, f"{c.meaning}{', mean' if c.name == 'users' else ''}") for c in HOPS)),
    "accounts": (Column("replicate", COUNT, "from 0 on"), _ARM, *LEDGER),
    "losses": (Column("replicate", COUNT, "from 0 on"), _ARM, *_GROUP, *_LOSS),
    "user_losses": (Column("each arm", TRUST, "loss of trust of a user of the first replicate, mean over time"),),
    "frontier": (
        _ARM,
        Column("cost", "money", "mean over replicates"),
        Column("saved", "points x days", "trust-days lost by the reference minus those of the arm, mean of the pairs"),
        Column("low", "points x days", "lower end of the 95 % interval, which holds for all arms jointly"),
        Column("high", "points x days", "upper end"),
        Column("efficient", YES, "no arm saves as much for less, or more for as much, in the mean"),
        Column("dominated_by", WORDS, "the arm that saves most for no more money"),
        Column("dominated", SHARE, "replicates in which some arm dominates it"),
        Column("price", "money", "of each further trust-day saved, against the efficient arm before it"),
    ),
    "lost": (_ARM, *_GROUP, _LOSS[0], *_ENDS, _LOSS[1], *_PAIRED),
    "effects_by_hop": (
        _ARM,
        Column("hop", WORDS, "direct, hop 1, hop 2, hop 3+"),
        Column("trust", TRUST, "change of mean own trust by the acts, not the calendar's; mean"),
        *_ENDS,
        *_PAIRED,
    ),
}
RUN = {
    "ledger": LEDGER,
    "stories": STORIES,
    "hops": HOPS,
    "user_stories": USER_STORIES,
    "complaints": COMPLAINTS,
    "users": USERS,
}
