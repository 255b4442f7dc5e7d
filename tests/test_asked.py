"""Ten questions to a file that checks; and which open facts to find out first."""

from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner
from small_comparison import small_comparison

import sim
from sim.cli import call, ripple
from sim.errors import RippleError
from sim.scenario.acts import KINDS
from sim.scenario.asked import CRISES, QUESTIONS, RESPONSES, asked_text, write_asked
from sim.scenario.measures_named import MEASURES
from sim.scenario.scenario import load_text
from sim.show.missing import missing_sentences
from sim.study.how_sure import HowSure
from sim.study.missing import missing

FULL = {
    "name": 'Käse & Co: "the best"',
    "sector": "retail",
    "trust": "52 points",
    "followers": "20 %",
    "crisis": "outage",
    "reach": "40 %",
    "found": "public",
    "agents": "3",
    "rate": "8 per hour",
    "responses": "apology 2, compensation=1.5 k",
}


def test_ten_questions_and_their_answers_are_in_the_file():
    """Each answer is the value of the scenario; the costs are those of the arms."""
    assert len(QUESTIONS) == 10
    found = load_text(asked_text("mine", FULL), "mine.yaml")
    brand, act = found.brand, found.timeline[0]
    assert (brand.name, brand.sector, brand.trust, brand.followers) == (FULL["name"], "retail", 0.52, 0.2)
    assert (brand.policy.desk.agents, brand.policy.desk.rate) == (3, 8.0)
    assert (act.kind, act.reach, act.hidden) == ("outage", 0.4, False)
    assert {name: sum(a.cost for a in arm.acts) for name, arm in found.arms.items()} == {
        "silence": 0, "apology": 2, "compensation": 1500, "all-of-it": 1502,
    }  # fmt: skip


@pytest.mark.parametrize("crisis", CRISES)
def test_every_crisis_gives_a_file_that_loads(crisis):
    """With all responses that answer it, however it comes out; `asked_text` loads what it gives."""
    able = [kind for kind in RESPONSES if not KINDS[kind].only_for or crisis in KINDS[kind].only_for]
    responses = ", ".join(f"{kind} 1" for kind in able)
    for found in ("", "public", "never", "36 h"):
        assert f"act: {crisis}" in asked_text("mine", {"crisis": crisis, "found": found, "responses": responses})


def test_no_answer_at_all_leaves_every_default_and_says_so():
    """The resolved brand is that of a file that says nothing of it; each open question is named."""
    text = asked_text("mine", {})
    found, plain = load_text(text, "mine.yaml"), sim.load({"ripple": 1, "brand": {"sector": "social_media"}})
    assert (found.brand.trust, found.brand.followers) == (plain.brand.trust, plain.brand.followers)
    assert "Not known yet, so defaults hold: name, sector, trust" in text


@pytest.mark.parametrize(("key", "answer", "text"), [
    ("sector", "retial", "did you mean 'retail'"), ("trust", "much", "trust:"), ("responses", "apology", "what does 'apology'"),
    ("responses", "refutation 1", "answers false_claim only"), ("found", "100 d", "write never"),
    ("found", "soon", "found:"), ("colour", "red", "is not asked"),
])  # fmt: skip
def test_an_answer_that_cannot_be_read_is_one_clear_error(key, answer, text, tmp_path):
    """And nothing is written."""
    with pytest.raises(RippleError, match=text):
        write_asked(tmp_path / "mine.yaml", {key: answer})
    assert not list(tmp_path.iterdir())


def test_the_command_is_answered_from_stdin(tmp_path):
    """One line for each question, a wrong one is asked again; the file checks."""
    target = tmp_path / "mine.yaml"
    lines = ["Acme", "retial", "retail", "", "20 %", "", "", "10 d", "", "", "apology 2"]
    done = CliRunner().invoke(ripple, ["new", str(target), "--ask"], input="\n".join(lines) + "\n")
    assert done.exit_code == 0 and "did you mean 'retail'" in done.output
    assert call(["check", str(target)]) == 0
    found = sim.load(target)
    assert (found.brand.name, found.brand.sector, list(found.arms)) == ("Acme", "retail", ["silence", "apology"])


def test_answers_that_end_too_soon_write_nothing(tmp_path):
    """stdin at its end after two answers: exit code other than 0."""
    done = CliRunner().invoke(ripple, ["new", str(tmp_path / "mine.yaml"), "--ask"], input="Acme\nretail\n")
    assert done.exit_code != 0 and not list(tmp_path.iterdir())


def _sure(names: list[str]) -> HowSure:
    """60 draws in which `a` is best just where the first parameter is high."""
    import numpy as np

    points = pd.DataFrame(
        {f"parameters.{n}": np.random.default_rng(k).permutation(60) / 60.0 for k, n in enumerate(names)}
    )
    lost = np.where(points.iloc[:, 0] > 0.4, 1.0, 3.0)
    rows = []
    for k in range(60):
        blank = dict.fromkeys(MEASURES, 0.0)
        rows += [{"draw": k, "seed": "1", "arm": "a", **blank, "trust_days_lost": lost[k]},
                 {"draw": k, "seed": "1", "arm": "b", **blank, "trust_days_lost": 2.0}]  # fmt: skip
    return HowSure(["a", "b"], points, pd.DataFrame(rows))


def test_what_the_ranking_hangs_on_and_the_file_leaves_open_comes_first():
    """change = largest minus smallest share of being best over thirds; what the file says, and what no brand knows, is out."""
    import dataclasses

    sure = _sure(["public_share", "fading", "followers", "churn"])
    data = dataclasses.replace(small_comparison(), how_sure=sure)
    table = missing(data)
    assert next(iter(table["parameter"])) == "public_share" and "fading" not in set(table["parameter"])
    assert "followers" not in set(table["parameter"])  # the scenario says 60 %
    assert table["change"].iloc[0] == pytest.approx(1.0) and bool(table["hangs"].iloc[0])
    words = list(missing_sentences(data))
    assert words[0].startswith("What to find out first: share of complaints made in public")
    assert "0 of 100 cases" in words[0] and "100." in words[0]
    assert list(missing_sentences(dataclasses.replace(data, how_sure=None))) == []
