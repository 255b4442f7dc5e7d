"""The summary numbers of real files that stand in the code are those that the files give."""

from __future__ import annotations

import pytest

from sim.errors import RippleError
from sim.study.evidence.observed import OBSERVED, VARIABLE, computed, remark
from sim.study.evidence.row import row_of


def test_stated_numbers_are_those_of_the_files(real_networks):
    """Computed anew and rounded to the digits that are stated, each is what stands in the code."""
    found = computed(real_networks.parent)
    assert list(found) and set(found) == set(OBSERVED)
    for name, stated in OBSERVED.items():
        assert round(found[name], stated.digits) == stated.value, f"{name}: the file gives {found[name]}"


def test_without_the_files_one_is_told_so(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(RippleError, match=VARIABLE):
        computed()
    with pytest.raises(RippleError, match=r"has no series/axios"):
        computed(tmp_path)


def test_every_number_says_which_row_it_is_read_against():
    for stated in OBSERVED.values():
        assert row_of(stated.row) == stated.row and stated.source and stated.words
    assert remark("E20") and not remark("E1")
