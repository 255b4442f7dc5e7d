"""The command `ripple`: what it prints, writes and refuses."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_comparison import SMALL, small_comparison, small_run

import sim
from sim.cli import call, ripple
from sim.scenario.scenario import library, load
from sim.scenario.shelf import TOPICS
from sim.scenario.tell import tell
from sim.show.answer import verdict
from sim.show.chart import trust_chart
from sim.show.text import ledger_table, measure_tables, stories_table

RIPPLE = [sys.executable, "-c", "from sim.cli import main; main()"]
FEW = ["--users", "240", "--horizon", "40 d", "--seed", "3"]
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command line in this process: exit code, stdout, stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        code = call([str(word) for word in words])
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs and comparisons are the small ones made before, so that only what the command line does takes time."""
    from sim.study import compare, measures, results

    ripples = pd.DataFrame(
        [("breach", -4.0, -5.0, 1.25, 1.2)], columns=["act", "direct", "spread", "books", "knockout"]
    )
    monkeypatch.setattr(measures, "ripple_multipliers", lambda *_, **__: ripples)
    monkeypatch.setattr(results, "run", lambda *_, **__: small_run())
    monkeypatch.setattr(compare, "compare", lambda *_, **__: small_comparison())


# --- starting ---------------------------------------------------------------------------------------------------------


def test_help_answers_in_a_fifth_of_a_second() -> None:
    """The quickest of 5 starts takes less than .2 s of a processor: time on the wall is others' too."""
    took = []
    for _ in range(5):
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*RIPPLE, "--help"], check=True, capture_output=True)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime)
    assert min(took) < 0.2


def test_help_loads_nothing_that_computes() -> None:
    code = "import sys; from sim.cli import call; call(['run', '--help']); print(*sorted(sys.modules), file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()
    assert "click" in loaded
    assert not {"numpy", "pandas", "pydantic", "numba", "rich", "matplotlib", "ruamel", "jinja2"} & set(loaded)


def test_commands_are_listed_by_use(say: Say) -> None:
    code, out, _ = say("--help")
    listed = re.findall(r"^  (\w+)  ", out.split("Commands:")[1], flags=re.MULTILINE)
    assert code == 0
    assert (
        listed
        == [
            "compare",
            "delay",
            "past",
            "plan",
            "run",
            "sweep",
            "analyse",
            "fit",
            "rerun",
            "merge",
            "lab",
            "replay",
            "deck",
            "list",
            "tell",
            "new",
            "check",
            "schema",
            "cite",
            "doctor",
            "evidence",
            "bench",
        ]
        == list(ripple.commands)
    )
    assert say()[:2] == (0, out)


def test_version(say: Say) -> None:
    assert say("--version")[:2] == (0, f"Trust Ripple {sim.__version__}\n")


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["rnu"], 2, "ripple: there is no command 'rnu'; did you mean 'run'?"),
        (["banana"], 2, "there are compare, delay, past, "),
        (["run"], 2, "ripple run: SCENARIO is missing"),
        (["run", "data-breach", "--sead", "1"], 2, "there is no option --sead; did you mean '--seed'?"),
        (["run", "data-breach", "--seed", "one"], 2, "--seed: 'one' is not a whole number"),
        (["run", "data-breach", "--seed"], 2, "'--seed' requires an argument"),
        (["run", "data-breach", "more"], 2, "more"),
        (["compare", "data-breach", "--replicates", "1"], 2, "--replicates: 1 is too few; at least 2"),
        (["compare", "data-breach", "--workers", "0"], 2, "--workers: 0 is too few"),
        (["run", "data-breach", "--users", "many"], 2, "--users: 'many' is not a whole number"),
        (["run", "data-breach", "--horizon", "90"], 2, "--horizon: '90' has no unit; write 90 h or 90 d"),
        (["run", "data-breach", "--set", "reach"], 2, "--set: 'reach' is not a change; write path=value"),
        (["run", "data-breach", "--set", "fading=.3", "--set", "fading=.4"], 2, "--set fading is given twice"),
        (["run", "data-breech"], 1, "there is no scenario 'data-breech'; did you mean 'data-breach'?"),
        (["run", "nowhere/mine.yaml"], 1, "nowhere/mine.yaml: there is no such file"),
        (["run", "data-breach", "--arm", "silense"], 1, "did you mean 'silence'?"),
        (["compare", "data-breach", "--arm", "silense"], 1, "did you mean 'silence'?"),
        (["run", "data-breach", "--set", "timeline.breach.reech=.3"], 1, "timeline.breach.reech"),
        (["run", "data-breach", "--set", "timeline.breach.reach=40"], 1, "40 %"),
        (["run", "data-breach", "--network", "nowhere/edges.csv"], 1, "edges.csv"),
        (["tell", "data-breach", "--arm", "silense"], 1, "did you mean 'silence'?"),
        (["new", "mine.txt"], 1, "a scenario file ends in .yaml"),
    ],
)
def test_a_mistake_is_said_in_one_text_on_stderr(words: list[str], code: int, text: str, say: Say) -> None:
    """Exit code 2 when the command line is at fault, 1 for what it names; nothing on stdout, no traceback."""
    found, out, err = say(*words)
    assert (found, out) == (code, "")
    assert text in err and "Traceback" not in err
    assert code == 1 or len(err.splitlines()) == 1


def test_ctrl_c_leaves_in_one_line_and_writes_nothing(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.study import compare

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(compare, "compare", interrupted)
    assert say("compare", "data-breach", "--out", tmp_path / "out") == (130, "", "stopped; no results were written\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_a_real_ctrl_c_is_heard_within_seconds(tmp_path: Path) -> None:
    """SIGINT while threads compute: exit code 130, one line, no results but what is finished; 10 s on a busy machine."""
    words = [
        *RIPPLE,
        "compare",
        "data-breach",
        "--replicates",
        "100000",
        "--users",
        "500",
        "--out",
        str(tmp_path / "out"),
    ]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(6)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, "") and err.count("\n") == 1
    kept = tmp_path / "out.unfinished"
    if err == "stopped; no results were written\n":  # nothing was finished yet
        assert list(tmp_path.iterdir()) == []
    else:
        assert err.startswith("stopped; ") and f"kept in {kept}: the same command with --resume goes on" in err
        assert list(tmp_path.iterdir()) == [kept] and not list(kept.glob(".*"))


def test_an_interrupted_comparison_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    """Without --resume what is kept is not overwritten; with it the tables are those of a comparison without a break."""
    from sim.study import running

    words = [
        "compare",
        "data-breach",
        "--users",
        200,
        "--horizon",
        "15 d",
        "--replicates",
        3,
        "--quick",
        "--workers",
        1,
    ]
    real, seen = running.run_replicate, []

    def broken(*args: object, **named: object) -> object:
        seen.append(1)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return real(*args, **named)

    monkeypatch.setattr(running, "run_replicate", broken)
    code, _, err = say(*words, "--out", tmp_path / "out")
    assert code == 130 and "1 run of each response is kept" in err and not (tmp_path / "out").exists()
    code, _, err = say(*words, "--out", tmp_path / "out")
    assert code == 1 and "--resume" in err
    code, _, err = say(*words, "--seed", 9, "--out", tmp_path / "out", "--resume")
    assert code == 1 and "different: the seed" in err
    code, _, _ = say(*words, "--out", tmp_path / "out", "--resume")
    assert code == 0 and [path.name for path in tmp_path.iterdir()] == ["out"]
    code, _, _ = say(*words, "--out", tmp_path / "whole")
    assert code == 0
    both = [(tmp_path / name / "differences.csv").read_text() for name in ("out", "whole")]
    assert both[0] == both[1]
    code, _, err = say(*words, "--out", tmp_path / "out", "--resume")
    assert code == 1 and "nothing to go on with" in err


def test_a_reader_who_leaves_early_hears_no_complaint() -> None:
    """`ripple schema | head -1`: stderr stays empty."""
    process = subprocess.Popen([*RIPPLE, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline() == b"{\n"
    process.stdout.close()
    err = process.stderr.read()
    process.wait(timeout=30)
    assert err == b""


def test_a_terminal_without_unicode_gets_plain_letters() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([*RIPPLE, "run", "data-breach", *FEW], capture_output=True, check=True, env=environment)
    text = done.stdout.decode("ascii")
    assert "*" in text and "?" not in text.split("Mean trust")[1]
    assert done.stderr == b""


# --- scenarios --------------------------------------------------------------------------------------------------------


def test_list_names_every_scenario_with_title_under_its_topic(say: Say) -> None:
    code, out, _ = say("list")
    assert code == 0
    shelves = re.split(f"^({'|'.join(TOPICS.values())})$", out, flags=re.MULTILINE)
    found = {heading: " ".join(text.split()) for heading, text in zip(shelves[1::2], shelves[2::2], strict=True)}
    for name, entry in library().items():
        assert f"{name} {' '.join(entry['title'].split())}" in found[TOPICS[entry["topic"]]]


def test_list_with_questions_and_for_one_reader(say: Say) -> None:
    _, out, _ = say("list", "--questions", "--reader", "educator")
    text = " ".join(out.split())
    for entry in library().values():
        asked = f"{' '.join(entry['title'].split())} {' '.join(entry['question'].split())}"
        assert (asked in text) == ("educator" in entry["readers"])
    code, _, mistake = say("list", "--reader", "teacher")
    assert code != 0 and "'teacher' is not one of researcher, educator, strategist" in mistake


def test_tell_says_the_sentences_of_the_timeline(say: Say) -> None:
    _, out, _ = say("tell", "data-breach", "--arm", "denial", "--set", "brand.name=Chirp")
    text = " ".join(out.split())
    for sentence in tell(load("data-breach").changed({"brand.name": "Chirp"}), "denial"):
        assert sentence in text


def test_new_writes_a_file_that_checks(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert say("new", "mine.yaml", "--from", "false-claim")[0] == 0
    code, out, _ = say("check", "mine.yaml")
    assert code == 0 and out.startswith("mine.yaml: ok, ")
    assert say("new", "mine.yaml")[0] == 1
    assert say("new", "mine.yaml", "--force")[0] == 0
    assert load("./mine.yaml").arms == load("data-breach").arms


def test_check_goes_through_all_files_and_fails_when_one_is_bad(say: Say, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("ripple: 1\ntimeline:\n  - {act: data_breech, at: 5 d}\n  - {act: outage, at: -1 d}\n")
    good = tmp_path / "good.yaml"
    good.write_text("ripple: 1\n")
    code, out, err = say("check", bad, good)
    assert code == 1
    assert "data_breach" in err and "negative" in err and "2 mistakes" in err
    assert f"{good}: ok" in " ".join(out.split())


def test_schema_is_json_and_can_be_written(say: Say, tmp_path: Path) -> None:
    _, out, _ = say("schema")
    assert json.loads(out)["title"] == "Trust Ripple scenario"
    assert say("schema", "--out", tmp_path / "ripple.json")[0] == 0
    assert json.loads((tmp_path / "ripple.json").read_text()) == json.loads(out)
    code, _, err = say("schema", "--out", tmp_path / "ripple.json" / "x.json")
    assert code == 1 and "cannot be written" in err


# --- run and compare --------------------------------------------------------------------------------------------------


def widest(text: str) -> int:
    return max(len(line.rstrip()) for line in text.splitlines())


def test_run_prints_what_happened_and_the_books(say: Say) -> None:
    """Every sentence of the timeline; trust at the start, at worst, at the end; the sum of the book; all in 80 columns."""
    code, out, err = say("run", "data-breach", "--arm", "denial", *FEW)
    run = sim.run("data-breach", arm="denial", **SMALL)  # type: ignore[arg-type]
    text = " ".join(out.split())
    assert (code, err) == (0, "")
    assert widest(out) <= 80
    for sentence in tell(run.scenario, "denial"):
        assert sentence in text
    trust = 100 * run.series["trust"]
    assert f"{trust.iloc[0]:.1f} at the start, {trust.min():.1f} at worst, {trust.iloc[-1]:.1f} at the end." in text
    change = 100 * run.ledger.loc[run.ledger["book"] == "own", "trust"].sum()
    assert f"all {change:.2f}".replace("-", "\N{MINUS SIGN}") in text
    assert "by knock-out" in text


def test_compare_prints_the_answer_in_80_columns(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence that says who is best, every arm, every expectation with its judgement, every warning."""
    monkeypatch.setenv("COLUMNS", "150")  # also where there is more room: long lines are hard to read
    code, out, err = say("compare", "data-breach", "--replicates", "3", *FEW)
    both = small_comparison()
    text = " ".join(out.split())
    assert (code, err) == (0, "")
    assert widest(out) <= 80
    assert not re.search(r"±(?! \d)", re.sub("± joint", "", out))  # no number is broken in two
    assert verdict(both) in text
    assert out.count("  met ") + out.count("  NOT MET ") == len(both.scenario.expect) > 0
    for words in (*both.arms, *both.warnings):
        assert words in text


def test_the_same_seed_prints_the_same_numbers(say: Say) -> None:
    """All but the time it took is the same, letter by letter."""
    first, second = (say("run", "data-breach", *FEW)[1] for _ in range(2))
    assert re.sub(r"Took .*", "", first) == re.sub(r"Took .*", "", second)
    assert say("run", "data-breach", *FEW[:-1], "4")[1] != first


@pytest.mark.usefixtures("quick")
def test_a_chosen_arm_and_a_change_reach_the_run(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.study import results

    seen: dict[str, object] = {}

    def noted(scenario: object, **asked: object) -> object:
        seen.update(asked)
        return small_run()

    monkeypatch.setattr(results, "run", noted)
    words = ["--arm", "denial", "--set", "fading=30 %", "--directed", "follows", "--network", "small_world", *FEW]
    assert say("run", "data-breach", *words)[0] == 0
    assert seen["changes"] == {"fading": "30 %", "network.directed": "follows"}
    assert (seen["arm"], seen["network"], seen["users"]) == ("denial", "small_world", 240)
    assert (seen["horizon"], seen["seed"]) == ("40 d", 3)


def test_tables_fit_also_with_long_names() -> None:
    """Names of 45 letters are folded, not cut: all letters are there, within 80 columns."""
    from rich.console import Console

    both = small_comparison()
    name = "a-response-that-took-its-time-to-be-made-up-"
    names = {arm: f"{name}{k}" for k, arm in enumerate(both.arms)}
    tables = {key: getattr(both, key).replace({"arm": names}) for key in ("differences", "replicates")}
    long = replace(both, arms=list(names.values()), measures=both.measures.rename(index=names), **tables)
    for table in [*measure_tables(long), ledger_table(small_run()), stories_table(small_run())]:
        console = Console(width=80, record=True, file=open(os.devnull, "w"))  # noqa: SIM115
        console.print(table)
        assert widest(console.export_text()) <= 80


# --- files ------------------------------------------------------------------------------------------------------------


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("command", ["run", "compare"])
def test_a_folder_with_other_things_is_refused_before_anything_runs(
    command: str, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused without --force when not empty, and with it when what is there is not ours; not a bit in it is touched."""
    from sim.study import compare, results

    for module, name in ((results, "run"), (compare, "compare")):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("something ran"))
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    before = everything(out)
    code, _, err = say(command, "data-breach", "--out", out)
    assert code == 1 and "is not empty" in err and "--force" in err
    code, _, err = say(command, "data-breach", "--out", out, "--force")
    assert code == 1 and "not replaced" in err
    code, _, err = say(command, "data-breach", "--out", out / "letter.txt")
    assert code == 1 and "is a file" in err
    assert everything(out) == before and [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc takes no files, not even from root")
def test_a_place_that_takes_no_files_is_refused_before_anything_runs(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.study import results

    monkeypatch.setattr(results, "run", lambda *_, **__: pytest.fail("something ran"))
    code, _, err = say("run", "data-breach", "--out", "/proc/results")
    assert code == 1 and err.startswith("/proc/results cannot be written")


@pytest.mark.usefixtures("quick")
def test_run_writes_a_run_that_opens_again_and_its_figures(say: Say, tmp_path: Path) -> None:
    out = tmp_path / "a folder" / "run"
    code, text, _ = say("run", "data-breach", "--arm", "denial", *FEW, "--out", out)
    assert code == 0 and "Written to" in text
    opened = sim.open_run(out)
    pd.testing.assert_frame_equal(opened.series, small_run().series)
    assert sorted(path.name for path in (out / "figures").iterdir()) == [
        "doings.png", "hops.png", "ledger.png", "network.png", "trust.png", "users.png"
    ]  # fmt: skip
    assert [path.name for path in out.parent.iterdir()] == ["run"]


def test_compare_writes_tables_figures_page_and_first_runs(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything in one folder; what the page says is the command that was given; --force replaces it whole."""
    from sim.study import compare

    two = replace(small_comparison(), arms=["silence", "denial"])
    two = replace(two, examples={arm: two.examples[arm] for arm in two.arms})
    monkeypatch.setattr(compare, "compare", lambda *_, **__: two)
    monkeypatch.chdir(tmp_path)
    words = ["compare", "data-breach", "--replicates", "3", "--set", "timeline.breach.reach=30 %", *FEW, "--out", "out"]
    code, text, _ = say(*words)
    out = tmp_path / "out"
    assert code == 0 and "Written to out/" in text
    for name in (
        "report.html",
        "measures.csv",
        "differences.csv",
        "replicates.parquet",
        "scenario.yaml",
        "provenance.json",
    ):
        assert (out / name).stat().st_size > 0
    assert sorted(path.name for path in (out / "runs").iterdir()) == ["denial", "silence"]
    assert {"trust.png", "gap.png", "ledger.png", "hops.png", "lost-map.png"} <= {
        path.name for path in (out / "figures").iterdir()
    }
    pd.testing.assert_frame_equal(pd.read_parquet(out / "replicates.parquet"), two.replicates)
    pd.testing.assert_frame_equal(sim.open_run(out / "runs" / "denial").series, two.examples["denial"].series)
    again = "ripple compare data-breach --replicates 3 --users 240 --horizon &#39;40 d&#39; --seed 3 --set"
    assert again in (out / "report.html").read_text()
    (out / "old.txt").write_text("left over")
    assert say(*words)[0] == 1 and (out / "old.txt").exists()
    assert say(*words, "--force")[0] == 0 and not (out / "old.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_doctor_finds_this_machine_well(say: Say) -> None:
    code, out, err = say("doctor")
    assert (code, err) == (0, "") and "All is well." in out
    for what in ("Python", "packages", "machine", "scenarios", "kernels", "working folder", "self-test"):
        assert f"ok    {what}: " in out
    assert widest(out) <= 80


def test_doctor_names_what_is_wrong_and_fails(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.study import results

    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    monkeypatch.setattr(results, "run", lambda *_, **__: 1 / 0)
    code, out, _ = say("doctor")
    assert code == 1
    assert "BAD   NUMBA_DISABLE_JIT" in out and "BAD   self test: ZeroDivisionError" in out


def test_the_chart_has_its_lowest_dot_where_trust_is_lowest() -> None:
    """In a V of 101 hours with its foot at hour 60, the lowest row holds dots at three fifths of the width only."""
    hours = np.arange(101.0)
    trust = 0.4 + 0.001 * np.abs(hours - 60)
    lines = trust_chart(hours, trust, width=70, height=8, braille=False)
    left = lines[0].index("|") + 1
    lowest = [k for k, letter in enumerate(lines[7][left:]) if letter == "*"]
    assert 0.6 * (70 - left) == pytest.approx(np.mean(lowest), abs=6)
    assert max(map(len, lines)) <= 70
    assert lines[0].startswith("46.0") and lines[7].startswith("40.0")


def test_the_chart_in_braille_has_the_same_size_and_marks_below() -> None:
    hours = np.arange(0.0, 241.0)
    lines = trust_chart(hours, 0.5 + 0.1 * np.sin(hours / 30), width=60, height=6, marks=[(120.0, "1"), (120.0, "2")])
    assert max(map(len, lines)) <= 60 and len(lines) == 6 + 3
    marks = lines[7]
    assert marks.strip() == "12" and marks.index("1") == pytest.approx((60 + lines[6].index("└")) / 2, abs=2)
    assert set("".join(lines[:6])) - set(" 0123456789.┤") <= {chr(0x2800 + k) for k in range(1, 256)}


def test_a_sudden_fall_is_drawn_as_a_stroke() -> None:
    """From 60 to 40 points within an hour: there is a star in every row."""
    lines = trust_chart(np.arange(100.0), np.where(np.arange(100) < 50, 0.6, 0.4), height=8, braille=False)
    assert all("*" in line for line in lines[:8])


def test_trust_that_hardly_moves_is_drawn_flat() -> None:
    """A change of .01 points fills at most two rows of ten (it may lie on their border), not the whole height."""
    lines = trust_chart(np.arange(100.0), np.linspace(0.5, 0.5001, 100), height=10, braille=False)
    assert sum("*" in line for line in lines[:10]) <= 2
