"""Every scenario of the library is good, and every file of tests/bad is refused with the words it names."""

from __future__ import annotations

import dataclasses
import re
import time
from pathlib import Path

import pytest

from sim.errors import RippleError
from sim.scenario.measures_named import MEASURES
from sim.scenario.scenario import library, load, new_file
from sim.scenario.shelf import CLAIMS, TOPICS
from sim.scenario.tell import tell

BAD = sorted((Path(__file__).parent / "bad").glob("*.yaml"))
NAMES = tuple(library())
JARGON = ("pydantic", "input_type", "value_error", "ScenarioFile", "ActFile", "Traceback", "NoneType", "Input should")


def words(text: str) -> str:
    """Text with single blanks: the columns of an error are aligned."""
    return " ".join(text.split())


def test_the_library_says_of_each_story_what_it_is_about():
    assert {"data-breach", "data-misuse", "employee-voices", "false-claim", "quiet-year", "spam-campaign"} <= {*NAMES}
    assert all(entry["title"] and entry["question"].endswith("?") for entry in library().values())
    assert all(entry["topic"] in TOPICS for entry in library().values())


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_of_the_library_is_whole(name):
    """It asks a question, names sources, has arms to compare, expects something of them, and says what to remember."""
    scenario = load(name)
    assert scenario.name == name
    assert scenario.sources
    assert scenario.topic and scenario.readers
    assert scenario.shows and set(scenario.shows) <= set(CLAIMS), "claims in the words of sim/scenario/shelf.py"
    assert len(scenario.arms) >= 3
    assert scenario.expect and all(entry.measure in MEASURES for entry in scenario.expect)
    assert len(re.findall(r"\.(?= |$)", scenario.takeaway)) == 2, "two sentences"
    assert all(act.kind in scenario.kinds for arm in scenario.arms for act in scenario.acts(arm))


@pytest.mark.parametrize("name", NAMES)
def test_a_resolved_scenario_loads_as_an_equal_one(name, tmp_path):
    """load(resolved) = scenario, as a dict and as a file, and resolving again changes nothing."""
    scenario = load(name)
    assert load(scenario.resolved()) == scenario
    again = load(scenario.save(tmp_path / "resolved.yaml"))
    assert again == scenario
    assert again.resolved() == scenario.resolved()


@pytest.mark.parametrize("name", NAMES)
def test_a_resolved_scenario_leaves_nothing_to_defaults(name):
    """Every parameter is written out, and every act has its time, reach and delay."""
    scenario = load(name)
    document = scenario.resolved()
    assert set(document["parameters"]) == set(scenario.parameters)
    acts = [*document["timeline"], *(act for arm in document["arms"].values() for act in arm["acts"])]
    assert all(
        {"id", "reach", "delay", "audience", "cost"} <= set(act) and {"at", "after", "when"} & set(act) for act in acts
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_act_is_told_in_one_sentence(name):
    scenario = load(name)
    for arm in scenario.arms:
        lines = tell(scenario, arm)
        acts = [line for line in lines[1:] if not line.startswith(("this arm", "the arm", "what is hidden"))]
        assert len(acts) == len(scenario.acts(arm))
        assert all("\n" not in line and line.strip() for line in lines)


def test_the_breach_is_the_story_of_the_field():
    """Breach on day 5, found out on day 15 unless told; disclosed after 1 h, 168 h, denied, or apologised for."""
    scenario = load("data-breach")
    [breach] = scenario.timeline
    assert (breach.at, breach.found, breach.hidden, breach.reach) == (120.0, 360.0, True, 0.3)
    assert list(scenario.arms) == ["silence", "disclosure", "late-disclosure", "denial", "apology-and-fix"]
    assert scenario.reference == "silence"
    after = {name: [act.at - breach.at for act in arm.acts] for name, arm in scenario.arms.items()}
    assert after["disclosure"] == [1.0] and after["late-disclosure"] == [168.0] and after["silence"] == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_the_words_it_names(path):
    """The lines `# expect: ...` at its top must all stand in the error, whose first line names the file."""
    lines = path.read_bytes().decode("utf-8", errors="replace").splitlines()
    expected = [line.removeprefix("# expect: ").strip() for line in lines if line.startswith("# expect: ")]
    assert expected, "a bad file says what it expects"
    with pytest.raises(RippleError) as caught:
        load(path)
    error = str(caught.value)
    for entry in expected:
        assert words(entry) in words(error), error
    assert path.name in error.splitlines()[0]
    assert not [word for word in JARGON if word in error]
    assert caught.value.__cause__ is None


def test_there_are_bad_files_for_the_rules():
    assert len(BAD) >= 35


@pytest.mark.parametrize(
    "text",
    [
        "ripple: 1\na: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        "ripple: 1\nsources: " + "[" * 500_000,
        "ripple: 1\nsources: " + "{a: " * 200_000,
        "ripple: 1\nsources:\n" + "- " * 300_000,
        "ripple: 1\n" + "\n".join(" " * i + "a:" for i in range(1200)),
        "x" * 1_000_001,
    ],
    ids=["aliases", "brackets", "braces", "dashes", "indents", "size"],
)
def test_a_bomb_is_refused_within_a_second(text, tmp_path):
    """Nine levels of nine aliases would be 4e8 values; depth and size are bounded before anything is built."""
    path = tmp_path / "bomb.yaml"
    path.write_text(text)
    begin = time.perf_counter()
    with pytest.raises(RippleError):
        load(path)
    assert time.perf_counter() - begin < 2.0, "a second, doubled for a busy machine"


def test_a_file_of_too_many_values_is_refused_before_it_takes_minutes(tmp_path):
    """Half a million values in under 1 MB would take a minute to read; reading stops at 10,000."""
    path = tmp_path / "long.yaml"
    path.write_text("ripple: 1\nsources: [" + "x," * 480_000 + "]")
    with pytest.raises(RippleError) as caught:
        load(path)
    assert "line 2  more than 10,000 values" in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_the_encodings_of_editors(encoding, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("ripple: 1\ntitle: Café\n", encoding=encoding)
    assert load(path).title == "Café"


def test_lines_that_end_as_on_windows_count_the_same(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"ripple: 1\r\n\r\nhorizn: 3 d\r\n")
    with pytest.raises(RippleError) as caught:
        load(path)
    assert "line 3  horizn" in str(caught.value)


def test_new_writes_a_commented_file_that_is_the_same_story(tmp_path):
    path = new_file(tmp_path / "mine.yaml", "data-breach")
    assert "# " in path.read_text()
    mine = load(path)
    assert mine.name == "mine"
    assert dataclasses.replace(mine, name="data-breach") == load("data-breach")


def test_new_replaces_nothing_unasked(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    with pytest.raises(RippleError) as caught:
        new_file(path)
    assert "is there already" in str(caught.value) and path.read_text() == "mine"
    new_file(path, force=True)
    assert load(path).name == "mine"
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.yaml"], "nothing is left beside it"


def test_an_unknown_name_gets_the_nearest_and_the_list():
    with pytest.raises(RippleError) as caught:
        load("data-brech")
    assert str(caught.value) == (
        f"there is no scenario 'data-brech'; did you mean 'data-breach'?; the library has {', '.join(NAMES)}"
    )


def test_a_file_in_this_folder_is_pointed_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    new_file("mine.yaml")
    with pytest.raises(RippleError) as caught:
        load("mine")
    assert "for the file in this folder write mine.yaml" in str(caught.value)
    assert load("./mine.yaml") == load("mine.yaml")
