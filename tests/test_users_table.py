"""A table of one's own users: what it says holds, what it does not say is drawn as without it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.dynamics.setup import Seeds, build_world, prepare
from sim.errors import RippleError
from sim.scenario.scenario import Scenario, load
from sim.world.people import activity, audience

EDGES = "who,whom\n" + "".join(f"user{k},user{(k + step) % 60}\n" for k in range(60) for step in (1, 2, 7))


def scenario(folder: Path, table: str | None, users: object = "users.csv", **entries: object) -> Scenario:
    """60 users on a ring with chords, and a table of them."""
    (folder / "edges.csv").write_text(EDGES, encoding="utf-8")
    mine = {"ripple": 1, "name": "mine", "horizon": "10 d", "network": {"file": "edges.csv"}, **entries}
    if table is not None:
        (folder / "users.csv").write_text(table, encoding="utf-8-sig")
        mine["users"] = users
    (folder / "mine.yaml").write_text(json.dumps(mine), encoding="utf-8")
    return load(folder / "mine.yaml")


def test_what_a_table_says_holds_and_the_rest_is_drawn(tmp_path: Path) -> None:
    """Rows are found by label in any order; every cell that is empty, and every other user, is as without the table."""
    table = "label;trust;follows;Notes\nuser7;81,5;yes;x\nuser3;;no;\nuser50;12;;\n"
    with_table = build_world(scenario(tmp_path, table), Seeds.of(4))
    without = build_world(scenario(tmp_path, None), Seeds.of(4))
    row = with_table.row
    for side in ("base_cognitive", "base_affective"):
        told, drawn = getattr(with_table.people, side), getattr(without.people, side)
        assert told[row("user7")] == pytest.approx(0.815) and told[row("user50")] == pytest.approx(0.12)
        others = [k for k in range(60) if k not in (row("user7"), row("user50"))]
        assert np.array_equal(told[others], drawn[others])
    assert with_table.people.follows[row("user7")] and not with_table.people.follows[row("user3")]
    others = [k for k in range(60) if k not in (row("user7"), row("user3"))]
    assert np.array_equal(with_table.people.follows[others], without.people.follows[others])
    assert "users.csv: follows of 2, trust of 2 of 60 users; the rest is drawn" in " ".join(with_table.graph.notes)


def test_columns_are_named_in_the_file(tmp_path: Path) -> None:
    table = 'Handle,Score (0-100),Kanal,Rolle,Beiträge\nuser1,90,"News, Forum",Journalist,24\nuser2,40,forum,staff,\n'
    columns = {"label": "Handle", "trust": "Score (0-100)", "channel": "Kanal", "role": "Rolle", "posts": "Beiträge"}
    found = scenario(tmp_path, table, {"file": "users.csv", "columns": columns})
    world, p = build_world(found, Seeds.of(1)), found.parameters.numbers()
    one, two = world.row("user1"), world.row("user2")
    assert world.people.base_cognitive[[one, two]] == pytest.approx([0.9, 0.4])
    assert activity(world, p)[one] == pytest.approx(1.0)  # 24 a day
    follows = world.people.follows
    news = audience(world, {"kind": "channel", "name": "news"}, p, follows)
    assert news[one] and not news[two]
    assert audience(world, {"kind": "role", "name": "journalist"}, p, follows).nonzero()[0].tolist() == [one]
    listeners = world.graph.back[world.graph.back_start[two] : world.graph.back_start[two + 1]]
    assert audience(world, {"kind": "employees"}, p, follows)[listeners].all()


def test_an_act_meets_those_of_a_role(tmp_path: Path) -> None:
    """audience: {role: vip} with reach 100 %: those and nobody else."""
    table = "label,role\n" + "".join(f"user{k},{'VIP' if k < 9 else ''}\n" for k in range(60))
    timeline = [
        {"act": "transparency_report", "at": "1 h", "audience": {"role": "vip"}, "reach": "100 %", "virality": 0}
    ]
    done = sim.run(scenario(tmp_path, table, timeline=timeline))
    assert done.stories["met"].tolist() == [9]


def test_with_a_network_that_is_made_the_first_row_is_the_first_user(tmp_path: Path) -> None:
    table = "trust\n" + "".join(f"{k}\n" for k in range(10, 60))
    found = scenario(tmp_path, table, network={"users": 50})
    world = build_world(found, Seeds.of(1))
    assert world.in_first_order(world.people.base_cognitive) == pytest.approx(np.arange(10, 60) / 100)


def test_what_is_known_holds_in_every_arm(tmp_path: Path) -> None:
    table = "label,follows\n" + "".join(f"user{k},yes\n" for k in range(30))
    arms = {"a": [], "b": {"brand": {"followers": "5 %", "sector": "bank"}}}
    found = scenario(tmp_path, table, arms=arms)
    follows = prepare(found, "b", Seeds.of(1)).world
    told = [follows.row(f"user{k}") for k in range(30)]
    assert follows.people.follows[told].all() and not follows.people.follows.all()


def test_a_saved_scenario_finds_its_table_again(tmp_path: Path) -> None:
    found = scenario(tmp_path, "label,trust\nuser1,90\n")
    (tmp_path / "elsewhere").mkdir()
    found.save(tmp_path / "elsewhere" / "resolved.yaml")
    again = load(tmp_path / "elsewhere" / "resolved.yaml")
    assert again.users == found.users and dict(again.users.columns) == {"label": "label", "trust": "trust"}


@pytest.mark.parametrize(
    ("table", "users", "words"),
    [
        ("label,trust\nuser1,90\n", {"file": "user.csv"}, "user.csv cannot be read"),
        ("label,trust\nuser1,90\n", {"file": "users.csv", "columns": {"trsut": "trust"}}, "did you mean 'trust'"),
        ("label,trust\nuser1,90\n", {"file": "users.csv", "columns": {"trust": "Trusst"}}, "did you mean 'trust'"),
        ("name,score\nuser1,90\n", "users.csv", "which columns say what?"),
        ("label,trust,cognitive\nuser1,90,80\n", "users.csv", "`trust` sets both sides"),
    ],
)
def test_mistakes_of_a_table_are_told_when_the_file_is_read(
    table: str, users: object, words: str, tmp_path: Path
) -> None:
    with pytest.raises(RippleError) as error:
        scenario(tmp_path, table, users)
    assert words in str(error.value) and "mine.yaml" in str(error.value)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("label,trust\nuser1,90\nuser1,80\n", "lines 2 and 3: 'user1' stands there twice"),
        ("label,trust\nanna,90\nbert,80\n", "none of the 2 labels of column 'label' is in the network"),
        ("label,trust\nuser1,many\n", "line 2, column 'trust': 'many' is not a number"),
        ("label,follows\nuser1,perhaps\n", "line 2, column 'follows': 'perhaps' is neither yes nor no"),
        ("label,trust\nuser1,90\nuser2,0.4\nuser3,0.8\n", "shares (0 to 1) and per cent (0 to 100) are mixed"),
    ],
)
def test_mistakes_in_the_cells_are_told_when_people_are_drawn(table: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(RippleError) as error:
        build_world(scenario(tmp_path, table), Seeds.of(1))
    assert words in str(error.value)


def test_a_role_that_nobody_has_is_told(tmp_path: Path) -> None:
    timeline = [{"act": "transparency_report", "at": "1 h", "audience": {"role": "jounalist"}}]
    found = scenario(tmp_path, "label,role\nuser1,journalist\n", timeline=timeline)
    with pytest.raises(RippleError, match="nobody has the role 'jounalist'; did you mean 'journalist'"):
        sim.run(found)
