"""How a running model lies in memory: the users' columns, the acts that are out, who met what, and what is pending.

Everything a compiled loop touches is one of a few packed arrays, so that calls are cheap and compile once:

    columns    f4[blocks * len(COLUMNS) * BLOCK]   users in blocks, within a block column by column: see `row`
    trust      f4[2, padded(n)]      expressed trust, now and next; `state[SIDE]` says which row is now
    flags      u1[padded(n)]         FOLLOWS | REACHED
    acts       ACT[k]                one row per act that is out
    met        ENCOUNTER[power of 2] a hash table of (act, user): who met or heard of what
    queue      PENDING[capacity]     a binary heap of what happens next, by (time, act, user)

Stocks that fade are kept in clocks of their own: the value at time t is the stored number times
exp(-(t - base) / tau), so that nothing has to be touched merely because time passes, and no tick enters.
"""

from __future__ import annotations

import numpy as np

from sim.compiled import compiled

BLOCK = 512  # users per block: what a pass needs of one block stays in the first cache

COLUMNS = (
    "own",  # own trust X as last computed
    "mean_before",  # mean trust of those heard, at the start of the last talk step
    "kick",  # what jumps of own trust inside the current step add to the pull, in h
    "base_cognitive",  # B0, the two sides
    "base_affective",
    "gain_cognitive",  # B - B0, clock forget_gain
    "gain_affective",
    "wound_cognitive",  # from failures of competence, clock heal_competence
    "wound_affective",
    "hurt_cognitive",  # from breaches of integrity and deception, clock heal_moral
    "hurt_affective",
    "scar_cognitive",  # clock heal_scar
    "scar_affective",
    "weight",  # w, of the cognitive side
    "fatigue",  # clock fatigue_time
    "talk_rate",  # ks; 0 for users who listen to nobody
    "own_rate",  # ka
    "trust_hours",  # integral of expressed trust over time, h
)
(
    OWN, MEAN_BEFORE, KICK, BASE_C, BASE_E, GAIN_C, GAIN_E, WOUND_C, WOUND_E, HURT_C, HURT_E, SCAR_C, SCAR_E,
    WEIGHT, FATIGUE, TALK_RATE, OWN_RATE, TRUST_HOURS,
) = range(0, len(COLUMNS) * BLOCK, BLOCK)  # fmt: skip
BLOCK_SIZE = len(COLUMNS) * BLOCK


@compiled
def row(user):
    """Where a user's columns start: the value of a column is columns[row(user) + COLUMN]."""
    return (user // BLOCK) * BLOCK_SIZE + user % BLOCK


def padded(n: int) -> int:
    """n users and at least one more, filled up to whole blocks; those have no trust, no ties and are never counted."""
    return (n // BLOCK + 1) * BLOCK


def column(columns: np.ndarray, which: int, n: int) -> np.ndarray:
    """A copy of one column over all users, f4[n]."""
    return columns.reshape(-1, len(COLUMNS), BLOCK)[:, which // BLOCK, :].reshape(-1)[:n]


def set_column(columns: np.ndarray, which: int, values: np.ndarray) -> None:
    """Write one column over all users."""
    full = np.zeros(columns.size // len(COLUMNS), np.float32)
    full[: len(values)] = values
    columns.reshape(-1, len(COLUMNS), BLOCK)[:, which // BLOCK, :] = full.reshape(-1, BLOCK)


FOLLOWS, REACHED = np.uint8(1), np.uint8(2)

# one user and one act: what was taken of its dose, in which state
ENCOUNTER = np.dtype(
    [
        ("key", "u8"),  # (act + 1) << 32 | user; 0: empty
        ("when", "f4"),  # time `wound` was written, h
        ("taken", "f4"),  # the dose taken so far
        ("wound", "f4"),  # what is left of it as a wound, at `when`
        ("eta", "f4"),  # share of the wound that responses have repaired
        ("hazard", "f4"),  # summed hazard to share
        ("state", "u1"),  # MET | HEARD | SHARES
        ("hop", "u1"),  # passages from person to person before the first contact
        ("spare", "u2"),
    ]
)
MET, HEARD, SHARES = np.uint8(1), np.uint8(2), np.uint8(4)

ACT = np.dtype(
    [
        ("key", "u8"),  # names the draws
        ("cause", "i8"),  # row of the books
        ("sign", "i8"),  # +1 earns trust, -1 costs trust, 0 a response
        ("moral", "i8"),  # 1: the wound heals with the moral clock
        ("scar", "f8"),  # share of the dose that scars
        ("cognitive", "f8"),  # factors of the two sides, 2 p and 2 (1 - p)
        ("affective", "f8"),
        ("direct", "f8"),  # dose of one's own experience, in log units
        ("heard", "f8"),  # dose at hop 1, before the listener's resistance
        ("hazard", "f8"),  # hazard to share per hearing, V / kappa
        ("tires", "f8"),  # fatigue it adds
        ("tired", "i8"),  # 1: its gain is divided by fatigue
        ("marks", "i8"),  # 1: who meets or hears it counts as reached
        ("cursor", "i8"),  # next meeting in `meeting_time`, and the end
        ("end", "i8"),
        ("pending", "i8"),  # shares that are in the queue
        ("target", "i8"),  # a response: the act it repairs; else -1
        ("eta", "f8"),  # a response: the share of the wound it repairs
        ("first_response", "i8"),  # a linked list of the responses to this act; -1 ends it
        ("next_response", "i8"),
        ("slot", "i8"),  # a response: its row of bits of who met it
        ("n_met", "i8"),
        ("n_heard", "i8"),
        ("n_shared", "i8"),
    ]
)
MAX_HOPS = 16  # hearers are counted by hop up to here, the last one is "or more"

PENDING = np.dtype([("time", "f8"), ("act", "i8"), ("user", "i8"), ("hop", "i8")])
MEETING = -1  # as hop: the act's next meeting is due

# whole numbers that change as the model runs
SIDE, QUEUE_SIZE, MET_COUNT, AWAKE, STEP, N_ACTS, SHARES_PENDING, WORK = range(8)
N_STATE = 8

# state[AWAKE]: nothing has touched anyone; someone was touched in this step; talk has run since
ASLEEP, STIRRED, RUNNING = range(3)

# times and the like
NOW, STEP_END, STEP_LENGTH, LAST_LENGTH, CLOCK_BASE, GROUP_LOW, GROUP_HIGH, LOWEST, STANDING = range(9)
N_CLOCK = 9

CHANNELS = ("direct", "hop 1", "hop 2", "hop 3+", "response", "rule", "time")
DIRECT, HOP_1, HOP_2, HOP_3, RESPONSE, RULE, TIME = range(len(CHANNELS))
PULL, TALK = 0, 1  # the two accounts of the expressed book that the talk step writes

# why the compiled loop came back
DONE, GROW_QUEUE, GROW_MET, TALK_DUE, PAUSE, STEP_DUE = range(6)
