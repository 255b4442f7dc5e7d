"""Every number of the model stands once, with its range and source; none hides in the code of the dynamics."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest

from sim.errors import RippleError
from sim.scenario.acts import KINDS
from sim.scenario.parameters import PARAMETERS, SECTORS, Numbers, Parameters

DYNAMICS = Path(__file__).parent.parent / "sim" / "dynamics"
# zero, one, halves and doubles of formulas; hours, minutes and seconds; lanes, bits and per cent
PLAIN = {*range(9), 16, 24, 32, 64, 100, 255, 60, 1000, 1024, 3600, 4096, 0.5, 1e-300, 1e-9, 0xFFFF, 0xFFFFFFFF}


def bare_numbers(path: Path) -> list[tuple[int, float]]:
    """(line, number) of every literal inside a function that is no plain number. Named constants of a module are not bare."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    series = {"response_of_step", "fade"}  # coefficients of a power series
    found = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name not in series):
        for node in ast.walk(function):
            value = node.value if isinstance(node, ast.Constant) else None
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value not in PLAIN:
                found.append((node.lineno, value))
    return found


@pytest.mark.parametrize("path", sorted(DYNAMICS.glob("*.py")), ids=lambda path: path.name)
def test_no_number_of_the_model_is_bare(path):
    """Literals in the dynamics are those of formulas (0, 1, 1/2, 2) and of units, or have a name."""
    assert bare_numbers(path) == []


def test_the_search_for_bare_numbers_finds_one(tmp_path):
    """It sees 0.47 in a function and not a constant with a name."""
    (tmp_path / "m.py").write_text("FADING = 0.47\ndef f(x):\n    return x * 0.47 + 1\n")
    assert bare_numbers(tmp_path / "m.py") == [(3, 0.47)]


@pytest.mark.parametrize("p", PARAMETERS.values(), ids=lambda p: p.name)
def test_a_parameter_says_all_of_itself(p):
    """A meaning, a source, a default inside its plausible range, and that inside what makes sense."""
    assert p.meaning and p.source and p.distribution in {"uniform", "log-uniform", "beta", "fixed"}
    assert p.least <= p.low <= p.default <= p.high <= p.most
    assert (p.low == p.high) == (p.distribution == "fixed")
    assert p.assumed == p.source.startswith("assumed")
    if p.distribution == "log-uniform":
        assert p.low > 0


def test_one_without_a_range_has_half_to_double_and_a_share_half_to_halfway():
    """p/2 to 2 p; a share p/2 to (1 + p)/2."""
    fatigue, channel = PARAMETERS["fatigue_half"], PARAMETERS["channel_share"]
    assert (fatigue.low, fatigue.high) == (1.5, 6.0)
    assert (channel.low, channel.high) == (0.15, 0.65)


def test_derived_values_follow_the_others():
    """g+ = g- / A_d, also after a change."""
    assert Parameters().gain == pytest.approx(1.07 / 4)
    assert Parameters().changed({"asymmetry": 2}).gain == pytest.approx(1.07 / 2)
    assert set(Numbers._fields) == {*PARAMETERS, "gain"}


def test_the_defaults_that_have_a_source_are_as_the_source_says():
    """ln(79/27) of Ponemon 2018; .47 of Christakis & Fowler 2007; half and a quarter of Kwak et al. 2010."""
    p = Parameters()
    assert p["loss"] == pytest.approx(math.log(79 / 27), abs=5e-3)
    assert (p["fading"], p["share_soon"], p["share_today"]) == (0.47, 0.5, 0.25)
    assert all(p[f"trust_{sector}"] == value for sector, value in SECTORS.items())


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"fadng": 0.5}, "did you mean 'fading'"),
        ({"fading": 40}, "40 is outside what makes sense"),
        ({"heal_scar": -1}, "outside what makes sense"),
        ({"loss": math.nan}, "not a number"),
        ({"loss": "much"}, "'much' is not a number"),
        ({"loss": True}, "True is not a number"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(values, text):
    """With the name, the value and what is allowed."""
    with pytest.raises(RippleError, match=text):
        Parameters(values)


def test_kinds_of_acts_are_consistent():
    """A loss has a nature, a response repairs and has no size, and every share is one."""
    for kind in KINDS.values():
        assert (kind.repairs is not None) == (kind.form == "response")
        assert (kind.magnitude < 0) <= (kind.nature is not None)
        assert 0 <= kind.cognitive <= 1 and (kind.reach is None or 0 <= kind.reach <= 1)
        assert kind.magnitude == 0 if kind.repairs else kind.magnitude != 0
