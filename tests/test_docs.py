"""The pages of docs/ say what the code says: generated ones are fresh, and code in them runs."""

from __future__ import annotations

import importlib
import inspect
import re
import shlex
import sys
import types
from pathlib import Path

import pytest

import sim
from sim.cli import call
from sim.scenario import fields
from sim.scenario.examples import EXAMPLES, NEEDED
from sim.scenario.measures_named import MEASURES
from sim.scenario.parameters import PARAMETERS
from sim.scenario.scenario import library
from sim.scenario.shelf import CLAIMS, READERS, TOPICS
from sim.show.pages import PAGES

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_not_stale(name):
    """A generated page is what `make docs` writes today."""
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name]()


def test_the_pages_name_all_there_is():
    """A row for every parameter, every measure, and every column that a run leaves."""
    parameters, outputs = PAGES["parameters.md"](), PAGES["outputs.md"]()
    assert all(f"| `{name}` |" in parameters for name in PARAMETERS)
    run = sim.run("data-breach", users=50, horizon="20 d", seed=1)
    tables = [run.series, run.ledger, run.stories, run.hops, run.user_stories, run.complaints, run.users]
    assert all(f"| `{name}` |" in outputs for name in [*MEASURES, *(column for table in tables for column in table)])


def test_every_key_of_a_file_has_an_example_that_is_read():
    """The examples of docs/files.md name the keys that there are, and each is taken by the reader of its key."""
    known = {name: part for name, part in vars(fields).items() if name.endswith("File")}
    assert set(EXAMPLES) == set(known) - {"ParametersFile", "BrandPartFile"}
    for name, keys in EXAMPLES.items():
        assert set(keys) == set(known[name].model_fields), name
        needed = {key: example.value for key, example in keys.items() if example.default == NEEDED}
        for key, example in keys.items():
            read = known[name].model_validate({**needed, key: example.value})
            assert getattr(read, key) is not None, (name, key)


def test_the_defaults_that_files_md_says_are_those_that_hold():
    """Of a file that says nothing: what is written out when it is resolved, where the page says a value and no words."""
    document = sim.load({"ripple": 1, "kinds": {"own": {"form": "post", "magnitude": 0.1}}}).resolved()
    places = {"ScenarioFile": document, "BrandFile": document["brand"], "DeskFile": document["brand"]["desk"]}
    compared = 0
    for name, holds in places.items():
        for key, value in holds.items():
            said = EXAMPLES[name][key].default.split(": ")[0]
            if isinstance(value, dict | list) or said == NEEDED or said.startswith(("the ", "that ")):
                continue
            assert said == ({True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)), (name, key)
            compared += 1
    assert compared > 12


def test_every_function_that_the_page_of_the_model_names_is_there():
    """`sim.dynamics.stories.maybe_share`: the module is imported and has the name; all processes are named."""
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    names = set(re.findall(r"\bsim(?:\.\w+)+", text))
    for name in names:
        found: object = sim
        for k, part in enumerate(name.split(".")[1:], start=2):
            found = getattr(found, part, None) or importlib.import_module(".".join(name.split(".")[:k]))
    modules = {name.rsplit(".", 1)[0] for name in names}
    for process in (
        "trust",
        "talk",
        "stories",
        "posts",
        "complaints",
        "desk",
        "membership",
        "brand",
        "chance",
        "exposure",
    ):
        assert any(module.startswith(f"sim.dynamics.{process}") for module in modules), process
    unknown = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text)) - set(PARAMETERS) - set(MEASURES)
    assert not unknown, "numbers of the model that are not there"


def test_the_library_shows_every_claim_to_every_reader():
    """At least 24 scenarios; each claim, reader and topic has one; a claim that is shown is in the list of claims."""
    scenarios = [sim.load(name) for name in library()]
    assert len(scenarios) >= 24
    assert {claim for scenario in scenarios for claim in scenario.shows} == set(CLAIMS)
    assert {reader for scenario in scenarios for reader in scenario.readers} == set(READERS)
    assert {scenario.topic for scenario in scenarios} == set(TOPICS)


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of one language in a page."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def test_the_page_for_mesa_users_runs(capsys):
    """Block by block in one session, as a reader would type it; each prints something."""
    session: dict[str, object] = {"__name__": "__main__"}
    for block in blocks("mesa.md", "python"):
        exec(compile(block, "mesa.md", "exec"), session)
        assert capsys.readouterr().out.strip(), block
    model, readers = session["model"], session["readers"]
    assert (model.hours, model.running) == (2160.0, False)
    assert {user.read for user in readers.agents} == {384}


@pytest.fixture
def stand_ins(monkeypatch):
    """Where Solara is not installed: what its and Mesa's components are given, and a figure that is shown."""
    shown: dict[str, object] = {}

    def solara_viz(model, components, model_params):
        shown.update(model=model, components=components, model_params=model_params)

    def make_plot_component(measures):
        return lambda model: model.datacollector.get_model_vars_dataframe()[measures], 0

    def module(name: str, **members: object) -> None:
        stand_in = types.ModuleType(name)
        vars(stand_in).update(members)
        monkeypatch.setitem(sys.modules, name, stand_in)

    module("solara", component=lambda function: function, FigureMatplotlib=lambda figure: shown.update(figure=figure))
    module("mesa.visualization", SolaraViz=solara_viz, make_plot_component=make_plot_component)
    module("mesa.visualization.utils", update_counter=types.SimpleNamespace(get=lambda: 0))
    return shown


def test_the_components_of_the_solara_page_draw_the_model(stand_ins):
    """The histogram holds all users, the plot finds its columns, and the parameters are those of the model.

    Mesa makes a new model of `type(model)(**parameters)` when someone moves a slider.
    """
    (block,) = blocks("mesa.md", "python solara")
    exec(compile(block, "app.py", "exec"), {"__name__": "app"})
    model = stand_ins["model"]
    model.step()
    histogram, (plot, _page) = stand_ins["components"]
    histogram(model)
    bars = stand_ins["figure"].axes[0].patches
    assert sum(bar.get_height() for bar in bars) == model.n_users == 2000
    assert plot(model).shape == (2, 2)
    parameters = stand_ins["model_params"]
    assert set(parameters) <= set(inspect.signature(sim.TrustModel.__init__).parameters)
    values = {name: value["value"] if isinstance(value, dict) else value for name, value in parameters.items()}
    again = type(model)(**values)
    again.step()
    assert again.trust == model.trust


def test_the_commands_of_the_page_for_strategists_run_one_after_the_other(tmp_path, monkeypatch, capsys):
    """As they stand, in an empty folder; each prints something, and the report is there."""
    monkeypatch.chdir(tmp_path)
    commands = [line for block in blocks("strategist.md", "sh") for line in block.splitlines()]
    assert len(commands) == 6
    for command in commands:
        assert call(shlex.split(command)[1:]) == 0, command
        assert capsys.readouterr().out.strip(), command
    assert (tmp_path / "report" / "report.html").exists()
