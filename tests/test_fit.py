"""Fits: known numbers are found again, the ranges hold them as often as they say, and every trap of a table is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.cli import call
from sim.errors import RippleError
from sim.show.fit_figures import fit_figures, predictive_band, prior_and_posterior
from sim.show.fit_text import fit_sentences
from sim.study.fit.fitted import Fit, fitted_values, open_fit
from sim.study.fit.fitting import fit
from sim.study.fit.inference import Summaries, posterior
from sim.study.fit.reading import load_fit
from sim.study.fit.sensitive import shown_by

ROOT = Path(__file__).resolve().parent.parent
DAYS = 20


def tables(folder: Path, start: str = "2026-01-05") -> None:
    """A daily tracker and mentions of a world that is known: trust 44 points, then a fall."""
    run = sim.run("data-breach", arm="silence", seed=77, users=200, horizon=f"{DAYS} d", changes={"loss": 0.9})
    assert f"{run.scenario.start:%Y-%m-%d}" == start
    days = np.arange(DAYS)
    dates = np.datetime64(start) + days
    noise = np.random.Generator(np.random.PCG64(5)).normal(0, 0.4, DAYS)
    level = 100 * run.series["trust"].to_numpy()[24 * days] + noise
    talk = run.series[["heard", "shared", "posts_positive", "posts_negative"]].sum(axis=1).to_numpy()
    rows = [f"{date};{value:.1f}".replace(".", ",") for date, value in zip(dates, level, strict=True)]
    (folder / "tracker.csv").write_text("\n".join(["date;trust", *rows]), encoding="utf-8")
    counts = 50 * np.diff(talk[24 * np.arange(DAYS + 1)])
    rows = [f"{day},{count:.0f}" for day, count in zip(days, counts, strict=True)]
    (folder / "mentions.csv").write_text("\n".join(["day,mentions", *rows]), encoding="utf-8")


def small(folder: Path, **more: object) -> dict[str, object]:
    return {
        "scenario": "data-breach", "arm": "silence", "users": 200, "horizon": f"{DAYS} d", "runs": 200,
        "parameters": ["loss"], "factors": {"brand.trust": {"range": ["30 points", "60 points"]}},
        "observed": [
            {"file": str(folder / "tracker.csv"), "shows": "trust"},
            {"file": str(folder / "mentions.csv"), "shows": "mentions", "error": "20 %"},
        ],
        **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("observed")
    tables(folder)
    return folder


@pytest.fixture(scope="module")
def done(data: Path) -> Fit:
    return fit(small(data))


# --- the method on numbers whose answer is known ------------------------------------------------------------------------


def linear(seed: int, runs: int, values: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """y = A z + .5 e: z standard normal, so that the posterior is normal with precision 1 + A'A / .25."""
    rng = np.random.Generator(np.random.PCG64(seed))
    A = np.random.Generator(np.random.PCG64(9)).normal(size=(values, 2)) * [0.3, 0.05]
    z = rng.normal(size=(runs, 2))
    return z, z @ A.T + 0.5 * rng.normal(size=(runs, values)), A


def test_the_posterior_of_a_linear_model_is_that_of_its_formula() -> None:
    """Normal z and errors: variance (1 + A'A/s^2)^-1 and mean of it, 1/s^2 V A'y. Tolerance: 1,500 draws and a tolerance
    leave up to a third more variance, v; means then differ by sd sqrt(v - 1) < .6, and 8 of them by less than .9 x 2."""
    z, y, A = linear(1, 1500)
    _, seen, _ = linear(2, 8)
    V = np.linalg.inv(np.eye(2) + A.T @ A / 0.25)
    known = Summaries(y, np.zeros((1500, 1)), [slice(0, 12)])
    for row in seen:
        found = posterior(z, known, row, np.zeros(1))
        mean = V @ A.T @ row / 0.25
        assert np.all(np.abs(found.weight @ found.z - mean) < 0.9 * np.sqrt(np.diag(V)))
        assert np.all(np.abs(found.variance / np.diag(V) - 1) < 0.5)


def test_ranges_hold_the_truth_as_often_as_they_say() -> None:
    """90 % ranges over 100 cases: the share inside has sd sqrt(.9 x .1 / 100) = .03; three of them to each side."""
    z, y, _ = linear(3, 500)
    truth, seen, _ = linear(4, 100)
    summaries = Summaries(y, np.zeros((500, 1)), [slice(0, 12)])
    inside = np.zeros(2)
    for row, known in zip(seen, truth, strict=True):
        low, high = posterior(z, summaries, row, np.zeros(1)).quantiles((0.05, 0.95))
        inside += (low <= known) & (known <= high)
    assert np.all((inside / 100 > 0.8) & (inside / 100 < 0.99))


def test_parameters_that_nothing_hangs_on_are_not_chosen() -> None:
    """Two of ten matter; of the others one is chosen in 5 % of seeds at most, so of three seeds none twice."""
    wrong = 0
    for seed in range(3):
        rng = np.random.Generator(np.random.PCG64(seed))
        shares = rng.random((400, 10))
        outputs = np.outer(shares[:, 3], np.arange(1, 8)) - 2 * shares[:, 7:8] + 0.5 * rng.normal(size=(400, 7))
        found = shown_by(outputs, shares, seed)
        assert set(found[:2]) == {3, 7}
        wrong += len(found) > 2
    assert wrong < 2


# --- a whole fit --------------------------------------------------------------------------------------------------------


def test_what_is_known_is_found_and_told(done: Fit) -> None:
    """Trust at the start was 44 points: the tracker tells it to a point or two, and its prior was 30 to 60."""
    rows = done.parameters.set_index("factor")
    assert rows.loc["brand.trust", "low"] < 0.45 and rows.loc["brand.trust", "high"] > 0.42
    assert rows.loc["brand.trust", "told"] > 0.8
    assert done.parameters["low"].lt(done.parameters["high"]).all()
    assert done.bands["inside"].mean() > 0.7
    assert set(done.check["factor"]) == {"parameters.loss", "brand.trust", "error of tracker"}
    assert done.levels["what"].tolist() == ["factor"]
    assert not done.misfit
    assert any("90 % ranges" in words for words in fit_sentences(done))


def test_a_fit_saved_is_as_good_as_a_fresh_one(done: Fit, tmp_path: Path) -> None:
    again = open_fit(done.save(tmp_path / "fit"))
    for name in ("parameters", "correlations", "draws", "bands", "levels", "check"):
        assert getattr(again, name).equals(getattr(done, name)), name
    assert again.values == done.values and again.scenario == done.scenario and again.fitted == done.fitted
    assert sim.load(tmp_path / "fit" / "fitted.yaml") == done.fitted


def test_every_command_takes_the_fitted_parameters(
    done: Fit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = done.save(tmp_path / "fit")
    values = fitted_values(folder / "parameters.yaml")
    assert sim.load("data-breach").changed(values).parameters["loss"] == done.fitted.parameters["loss"]
    small_world = ["--users", "100", "--horizon", "20 d"]
    assert call(["run", "data-breach", "--parameters", str(folder / "parameters.yaml"), *small_world]) == 0
    assert call(["compare", str(folder / "fitted.yaml"), "--replicates", "2", "--quick", *small_world]) == 0
    experiment = {
        "experiment": 1, "scenario": str(folder / "fitted.yaml"), "users": 100, "horizon": "20 d", "arms": ["silence"],
        "factors": {"parameters.loss": {"range": [0.5, 1.3]}, "brand.trust": {"range": ["30 points", "60 points"]}},
        "design": {"kind": "csv", "file": str(folder / "posterior.csv")},
    }  # fmt: skip
    from sim.study.sweep.reading import load_experiment

    assert len(load_experiment(experiment).points()) == len(done.draws)
    capsys.readouterr()
    assert call(["run", "data-breach", "--parameters", str(folder / "scenario.yaml")]) == 1
    assert "is no file of parameters" in capsys.readouterr().err


def test_an_interrupted_fit_goes_on_and_ends_the_same(data: Path, done: Fit, tmp_path: Path) -> None:
    """Stopped after 60 runs, then resumed on one thread: equal to the last bit."""

    def stop(share: float) -> None:
        if share > 0.15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(small(data), keep_in=tmp_path / "kept", progress=stop)
    there = len(list((tmp_path / "kept").glob("*.npy")))
    assert there > 0
    again = fit(small(data), keep_in=tmp_path / "kept", workers=1)
    assert again.parameters.equals(done.parameters) and again.bands.equals(done.bands)
    with pytest.raises(RippleError, match="runs of another fit; different: seed"):
        fit(small(data, seed=9), keep_in=tmp_path / "kept")


def test_figures_show_the_data_and_take_axes(done: Fit) -> None:
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    assert predictive_band(done, "mentions", ax) is ax
    dots = [line for line in ax.lines if line.get_linestyle() == "None"]
    assert np.array_equal(dots[0].get_ydata(), done.bands.query("series == 'mentions'")["observed"])
    assert prior_and_posterior(done, Figure().add_subplot()).get_yticklabels()
    assert len(list(fit_figures(done))) == 3


# --- tables with traps --------------------------------------------------------------------------------------------------


def read(folder: Path, text: str, **more: object) -> object:
    (folder / "seen.csv").write_text(text, encoding="utf-8")
    [seen] = load_fit(small(folder, observed=[{"file": str(folder / "seen.csv"), "shows": "trust", **more}])).observed
    return seen


def days(values: list[str], first: int = 5) -> str:
    return "\n".join(["date,trust", *(f"2026-01-{first + k:02d},{value}" for k, value in enumerate(values))])


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        (days(["44", "0.43", "0.42", "41", "40", "0.4"]), {}, "mixed in the column"),
        (days(["44 %", "43", "42", "41", "40", "40"]), {}, "write all alike"),
        (days(["44", "43", "42", "41"]), {}, "4 values of 'trust' lie within the run"),
        ("trust,wave\n44,a\n43,b\n42,c\n41,d\n40,e", {"column": "trust"}, "has no dates"),
        (days(["4.1", "4.0", "3.9", "3.8", "3.7"]), {}, "scale of 0 to 100. Say which it is"),
        (days(["44", "43", "42", "41", "140"]), {}, "line 6, column 'trust': '140' is not between 0 and 100 %"),
        (days(["44", "43", "42", "41", "about 40"]), {}, "line 6, column 'trust': 'about 40' is not a number"),
        (days(["44"] * 6, first=25), {}, "lie within the run"),
        (days(["44"] * 6).replace("01-06", "01-05"), {}, "line 3, column 'date': '2026-01-05' stands twice"),
        (days(["9"] * 6), {"shows": "complaints", "rows": {"trust": "8"}}, "no row has '8'"),
        (days(["9", "-2", "4", "4", "4"]), {"shows": "complaints"}, "'-2' is no count"),
        (days(["9"] * 6).replace("2026-01-08", "2026-01-08 07:00"), {"shows": "mentions"}, "line 5: rows are"),
    ],
)
def test_a_trap_in_a_table_is_one_clear_line(tmp_path: Path, text: str, more: dict[str, object], words: str) -> None:
    with pytest.raises(RippleError) as problem:
        read(tmp_path, text, **more)
    [_, line] = str(problem.value).splitlines()
    assert words in line


def test_gaps_and_changed_clocks_are_said_and_left_out(tmp_path: Path) -> None:
    seen = read(tmp_path, days(["44", "", "42", "41", "40", "40"]))
    assert seen.notes == ("seen.csv: 1 of 6 values are empty; they are left out",)  # type: ignore[attr-defined]
    hours = [f"2026-01-05 {h:02d}:00,{h}" for h in (0, 1, 3, 4, 5, 6, 7)]
    seen = read(tmp_path, "\n".join(["time,n", *hours]), shows="mentions")
    assert "1 of 8 period is missing (the first 2026-01-05 02:00)" in seen.notes[0]  # type: ignore[attr-defined]
    assert seen.width == 1.0 and len(seen.values) == 7  # type: ignore[attr-defined]


def test_a_scale_of_its_own_and_a_table_without_dates(tmp_path: Path) -> None:
    """1 to 5: 4 is (4 - 1) / 4. Without dates rows stand `every` so far apart."""
    seen = read(tmp_path, "stars\n4\n3\n3\n2\n5", scale=[1, 5], every="2 d", first="1 d")
    assert seen.values.tolist() == [0.75, 0.5, 0.5, 0.25, 1.0]  # type: ignore[attr-defined]
    assert seen.hours.tolist() == [24.0, 72.0, 120.0, 168.0, 216.0]  # type: ignore[attr-defined]


def test_the_example_of_the_page_is_a_fit_file(data: Path, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "fit.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    for name in ("tracker.csv", "mentions.csv"):
        (tmp_path / name).write_bytes((data / name).read_bytes())
    (tmp_path / "mine.fit.yaml").write_text(text, encoding="utf-8")
    task = load_fit(tmp_path / "mine.fit.yaml")
    assert [seen.shows for seen in task.observed] == ["trust", "mentions"] and len(task.varied) == 4


def test_mistakes_of_a_fit_file_are_named_with_their_lines(tmp_path: Path, data: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "fit: 1\nscenario: data-breach\narm: silense\nparameters: [los]\nruns: 20\nobserved:\n"
        f"  - {{file: {data}/tracker.csv, shows: trst}}\n",
        encoding="utf-8",
    )
    with pytest.raises(RippleError) as problem:
        load_fit(file)
    text = str(problem.value)
    for words in ("line 3  arm: there is no arm 'silense'; did you mean 'silence'?", "did you mean 'loss'?",
                  "line 5  runs: 20 is too few; at least 200", "did you mean 'trust'?"):  # fmt: skip
        assert words in text


# --- real series --------------------------------------------------------------------------------------------------------


@pytest.fixture
def real_data(real_networks: Path) -> Path:
    return real_networks.parent


def test_search_interest_and_reputation_polls_are_read_and_fitted(real_data: Path) -> None:
    """Daily interest in a scandal from 2018-03-17 on: the fit says how long until news is met. Polls of one company, a
    year apart, are read with their rows and years; empty years are said."""
    done = fit(real_search(real_data, runs=200, users=150))
    assert len(done.bands) == 33 and not done.misfit
    rows = done.parameters.set_index("factor")
    assert rows.loc["parameters.delay_news", "told"] >= 0.0
    polls = real_polls(real_data)
    [seen] = load_fit(polls).observed
    assert len(seen.values) == 5 and 0.5 < seen.values.mean() < 0.9


def real_search(folder: Path, runs: int, users: int) -> dict[str, object]:
    return {
        "scenario": "data-misuse", "arm": "silence", "starts": "2018-03-12", "horizon": "33 d", "users": users, "runs": runs,
        "changes": {"arms.silence.misuse.at": "0 d", "arms.silence.misuse.found": "5 d"},
        "parameters": ["reach_news", "delay_news", "virality_mean"],
        "observed": [{"file": str(folder / "series/search-cambridge-analytica.csv"), "shows": "interest"}],
    }  # fmt: skip


def real_polls(folder: Path) -> dict[str, object]:
    return {
        "scenario": "quiet-year", "starts": "2017-01-01", "horizon": "1826 d", "parameters": ["forget_gain"],
        "observed": [{"file": str(folder / "series/axios-harris-reputation.csv"), "shows": "trust", "column": "rq",
                      "time": "year", "rows": {"company": "Amazon.com"}}],
    }  # fmt: skip
