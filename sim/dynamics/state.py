"""How a running model lies in memory: the users' columns, the acts that are out, who met what, and what is pending.

Everything a compiled loop touches is one of a few packed arrays, together the record `Live`:

    columns    f4[blocks * len(COLUMNS) * BLOCK]   users in blocks, within a block column by column: see `row`
    trust      f4[2, padded(n)]      expressed trust, now and next; `state[SIDE]` says which row is now
    flags      u1[padded(n)]         FOLLOWS | REACHED | YOUNG
    acts       ACT[k]                first the acts of the brand and the world, then the stories of users that are passed on
    met        ENCOUNTER[power of 2] a hash table of (act, user): who met or heard of what
    queue      PENDING[capacity]     a binary heap of what happens next, by (time, act, user)
    complaints COMPLAINT[k]          one row for each complaint
    desk       PENDING[capacity]     the same of what waits for the service desk, by (rank, arrival): `user` is the job

Stocks that fade are kept in clocks of their own: the value at time t is the stored number times
exp(-(t - base) / tau), so that nothing has to be touched merely because time passes, and no tick enters.
"""

from __future__ import annotations

from collections import namedtuple

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
    "word",  # positive minus A_h times negative stories heard, clock word_time
    "to_move",  # what is left of the unit exponential after which the user follows, or leaves
    "moves",  # how often it has followed or left
)
(
    OWN, MEAN_BEFORE, KICK, BASE_C, BASE_E, GAIN_C, GAIN_E, WOUND_C, WOUND_E, HURT_C, HURT_E, SCAR_C, SCAR_E,
    WEIGHT, FATIGUE, TALK_RATE, OWN_RATE, TRUST_HOURS, WORD, TO_MOVE, MOVES,
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


FOLLOWS, REACHED, YOUNG = np.uint8(1), np.uint8(2), np.uint8(4)

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
        ("teller", "u2"),  # who told first: the low 16 bits of the row of one whom the user listens to
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
        ("intent", "f8"),  # summed over those who met it: share who would say that they leave
        ("stirs_bad", "i8"),  # 1: who meets it may have a bad experience
        ("mute", "i8"),  # 1: the first hearers take no dose
        ("stopped", "i8"),  # 1: deleted, nobody hears or shares it any more
        ("held", "i8"),  # 1: the story of an open complaint, whose hearers are kept
        ("chain", "i8"),  # its last hearer in `chain`; -1 ends it
        ("alarm", "i8"),  # so many hearers ring the alarm
        ("author", "i8"),  # row of the user; -1: the brand or the world
        ("born", "f8"),  # time it went out, h
    ]
)
MAX_HOPS = 16  # hearers are counted by hop up to here, the last one is "or more"

PENDING = np.dtype([("time", "f8"), ("act", "i8"), ("user", "i8"), ("hop", "i8")])
# what a pending event is, in place of its hop; from 0 on it is a share
MEETING = -1  # the act's next meeting is due
MEETS = -2  # one user meets an act
STORY = -3  # a user puts out a story: `act` is its number and its sort
BAD = -4  # a bad experience: `act` numbers it among those that come by themselves, -1: after an act
SERVED = -5  # the desk is done with a job: `act` is a complaint, or -1 minus a piece of outreach
IGNORED_NOW = -6  # a complaint, `act`, has waited too long
OPENING = -7  # the desk opens

# sorts of stories by users: a number times SORTS plus the sort
POST_BAD, POST_GOOD, COMPLAINT_STORY, REPOST, PRAISE, CLUE = range(6)
SORTS = 8

COMPLAINT = np.dtype(
    [
        ("user", "i8"),
        ("number", "i8"),  # among the complaints of this user, from 0 on
        ("opened", "f8"),
        ("closed", "f8"),
        ("age", "f8"),  # up to which its waiting was counted, h
        ("cognitive", "f8"),  # its wound on both sides, log units, as of `when`
        ("affective", "f8"),
        ("when", "f8"),
        ("story", "i8"),  # row of `acts`; -1: nobody passed it on, or it was private
        ("place", "i8"),  # in the list of open complaints
        ("public", "u1"),
        ("abusive", "u1"),
        ("taken", "u1"),  # the desk will take it up
        ("state", "u1"),
    ]
)
WAITING, IN_WORK, ANSWERED, IGNORED, DELETED = range(5)

OUTREACH = np.dtype([("act", "i8"), ("user", "i8")])
CHAIN = np.dtype([("user", "i4"), ("before", "i4")])

# whole numbers that change as the model runs
(
    SIDE, QUEUE_SIZE, MET_COUNT, AWAKE, STEP, N_ACTS, SHARES_PENDING, WORK, ALARM, POSTED, MET_SO_FAR, HEARD_SO_FAR,
    SHARED_SO_FAR, ALIVE, GOOD_POSTS, BAD_POSTS, N_COMPLAINTS, N_OPEN, N_ANSWERED, N_IGNORED, N_DELETED, QUEUED, FREE,
    DESK_SIZE, CALL_DESK, OPENING_DUE, N_OUTREACH, CHAIN_SIZE, JOINED, LEFT, MODERATED, QUEUE_ALARM, N_STORIES,
    N_JOBS,
) = range(34)  # fmt: skip
N_STATE = 34
COUNTS = (  # of what went on so far, in the order in which they are recorded; name, place in `state`, what is counted
    ("met", MET_SO_FAR, "meetings of users with acts of the brand and the world"),
    ("heard", HEARD_SO_FAR, "first hearings of stories by word of mouth, those of users too"),
    ("shared", SHARED_SO_FAR, "times that a story was passed on"),
    ("stories_alive", ALIVE, "stories that somebody is yet to pass on, now"),
    ("shares_pending", SHARES_PENDING, "shares that are decided and to come, now"),
    ("posts_positive", GOOD_POSTS, "positive opinions that users posted, and praise after an answer"),
    ("posts_negative", BAD_POSTS, "negative opinions that users posted"),
    ("complaints_opened", N_COMPLAINTS, "complaints made"),
    ("complaints_waiting", N_OPEN, "complaints that are open now, in work or not"),
    ("complaints_answered", N_ANSWERED, "complaints that got an answer"),
    ("complaints_ignored", N_IGNORED, "complaints that waited too long for one"),
    ("complaints_deleted", N_DELETED, "complaints deleted by the desk or removed under a rule"),
    ("queue", QUEUED, "complaints that the desk will take up and has not begun, now"),
    ("joined", JOINED, "times that a user began to follow"),
    ("left", LEFT, "times that a user left"),
)

# state[AWAKE]: nothing has touched anyone; someone was touched in this step; talk has run since
ASLEEP, STIRRED, RUNNING = range(3)

# times and the like
(
    NOW, STEP_END, STEP_LENGTH, LAST_LENGTH, CLOCK_BASE, GROUP_LOW, GROUP_HIGH, LOWEST, STANDING, TRUST_ALARM,
    HOURS_WAITED,
) = range(11)  # fmt: skip
N_CLOCK = 11

CHANNELS = ("direct", "hop 1", "hop 2", "hop 3+", "waiting", "answer", "response", "rule", "time")
DIRECT, HOP_1, HOP_2, HOP_3, WAITED, ANSWER, RESPONSE, RULE, TIME = range(len(CHANNELS))
PULL, TALK = 0, 1  # the two accounts of the expressed book that the talk step writes

# rows of the books that every run has; those of acts follow
CAUSES = ("time", "posts", "complaints")
TIME_ROW, POSTS_ROW, COMPLAINTS_ROW = range(len(CAUSES))

# why the compiled loop came back
DONE, GROW, TALK_DUE, PAUSE, ALARMED, STEP_DUE = range(6)

Live = namedtuple(
    "Live",
    "columns flags who back_start back acts meeting_time meeting_user met queue hops answered chain books state clock "
    "activity next_post post_number written bucket bucket_next "
    "complaints open complaint_of n_complaints desk outreach opens closes opened_before waits",
)
Live.__doc__ = """The arrays of a running model; those not told of above:

who  u4[n], names in draws;  back_start i8[n+1], back u4[m], listeners;  meeting_time f8[], meeting_user u4[], of acts
hops i8[brand acts, MAX_HOPS], first hearers;  answered u1[responses, n / 8 + 1], bits;  chain CHAIN[], hearers of open
complaints;  books f8[causes, channels];  state i8[N_STATE];  clock f8[N_CLOCK]
activity f4[n], posts an h;  next_post f8[n], post_number i4[n], of each user's next candidate;  written i4[n], opinions it
posted;  bucket i4[steps],
bucket_next i4[n], a linked list of the users with a candidate in each step
open i8[], rows of open complaints;  complaint_of i4[n], one more than the row of the open one;  n_complaints i4[n]
outreach OUTREACH[];  opens, closes f8[k], when the desk is open, h;  opened_before f8[k], hours open before each
waits f8[k], how long answers took in a log, h, at even shares from 0 to 1; f8[0] where agents answer
"""

# The records that loops hand to each other stand here: Numba keeps their classes by name in the cached code of a loop,
# so each loop must import the module of every record it is handed, or an old cache could not be read.
Moment = namedtuple("Moment", "now end length fades")
Moment.__doc__ = (
    "A time in the running step of talk: now, the end of the step and its length (h), what is left in the clocks."
)
