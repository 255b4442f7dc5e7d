"""Where the time of a run goes: the parts of a run, in a small network and in a large one, and those of a talk step."""

from __future__ import annotations

from sim.bench import parts
from sim.bench.cases import BASE, EVERYTHING, POSTS, Plan, breach, setup, world
from sim.bench.report import Report
from sim.bench.timing import interleaved
from sim.dynamics.setup import Setup

_SMALL = {"base": BASE, "full": EVERYTHING}
_LARGE = {"base": BASE, "posts": POSTS}
_WORDS = {"base": "", "full": " with everything on", "posts": " with user posts"}


def measure(plan: Plan, report: Report) -> None:
    """Milliseconds of layout, acts, talk, events and tables in each case; microseconds of the parts of a talk step."""
    on = setup(breach(plan.small, 5, kind="powerlaw_cluster")).world
    for case, by_users in _SMALL.items():
        run = setup(breach(plan.small, 5, kind="powerlaw_cluster", by_users=by_users), on)
        _parts_of_a_run(run, f"small.{case}", _WORDS[case], plan.many, report)
    _parts_of_a_talk_step(run, "small", plan.many, report)
    on = world(plan.large, plan.ties)
    for case, by_users in _LARGE.items():
        run = setup(breach(plan.large, plan.ties, by_users=by_users), on)
        _parts_of_a_run(run, f"large.{case}", _WORDS[case], max(1, plan.few - 1), report)
    everything = setup(breach(plan.large, plan.ties, by_users=EVERYTHING), on)
    _parts_of_a_talk_step(everything, "large", plan.many, report)


def _parts_of_a_talk_step(run: Setup, size: str, repeat: int, report: Report) -> None:
    """What each part of one step of talk adds to those before it, one thread, everything on."""
    users = run.world.n_users
    seconds = interleaved(parts.talk_as_far_as(run), repeat)
    for part in parts.ON_BLOCKS:
        seconds[part] = [one / parts.repeats(run) for one in seconds[part]]
    before = [0.0] * repeat
    for part, words in parts.TALK_PARTS.items():
        added = [1e6 * (after - earlier) for after, earlier in zip(seconds[part], before, strict=True)]
        report.add(f"breakdown.{size}.talk.{part}", f"{users:,} users, a talk step: {words}", "us", added, users=users)
        before = seconds[part]


def _parts_of_a_run(run: Setup, case: str, what: str, repeat: int, report: Report) -> None:
    """Layout, acts, events, tables and talk of whole runs with as many threads as by default."""
    users = run.world.n_users
    runs: list[dict[str, float]] = []
    how = "" if parts.is_large(run) else f"{parts.talk_steps(run)} steps, each as long as one takes alone"
    rivals = {"run": lambda: runs.append(parts.timed_run(run, None))}
    if parts.is_large(run):
        interleaved(rivals, repeat, warm=False)
    else:  # talk is part of the loop of events; its share is what as many steps take alone
        whole = parts.talk_as_far_as(run)[parts.ON_BLOCKS[-1]]
        talk = interleaved(rivals | {"talk": whole}, repeat)["talk"]
        runs = runs[1:]  # the first was to warm up
        for one, seconds in zip(runs, talk, strict=True):
            one["talk"] = parts.talk_steps(run) * seconds / parts.repeats(run)
    for one in runs:
        one["events"] = one["all"] - sum(one[part] for part in ("layout", "acts", "talk", "tables"))
    for part, words, note in (
        ("layout", "arrays, and talk brought to rest", ""),
        ("acts", "acts: who meets them, and when", ""),
        ("talk", f"talk: a step every {run.step:g} h", how),
        ("events", "events: meeting, hearing, sharing, posts, complaints", "all that is left of the run"),
        ("tables", "tables that grow, stocks moved to a new base", ""),
    ):
        values = [1e3 * one[part] for one in runs]
        words = f"{users:,} users{what}, a run: {words}"
        report.add(f"breakdown.{case}.{part}", words, "ms", values, users=users, note=note)
