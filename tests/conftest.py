"""What all tests share: where real networks are, and that nothing is skipped where they are."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from sim.library import experiments_folder

# The model as a plain Mesa program (mesa_twin.py) is a rival in speed and the oracle of tests; it lies with the rivals.
sys.path.append(str(experiments_folder() / "speed"))
pytest.register_assert_rewrite("both_models", "browser")

from browser import chromium  # noqa: E402, F401 - the fixture, for all tests

os.environ["MPLBACKEND"] = "Agg"  # no window, also in the processes that tests start

# The first call of a compiled loop takes seconds, so no deadline per example. In CI the same examples every time.
settings.register_profile("ripple", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("ripple"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "ripple")

# In CI beside real networks every test runs: a skipped one is a failure there.
NO_SKIPS = bool(os.environ.get("CI")) and bool(os.environ.get("RIPPLE_DATA"))

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # so in a background job of a shell, and so in all it starts
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"nothing may be skipped in CI with RIPPLE_DATA set: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.fixture(scope="session")
def real_networks() -> Path:
    """The folder of real edge lists below the one named by RIPPLE_DATA; tests that want it skip without it."""
    if not os.environ.get("RIPPLE_DATA"):
        pytest.skip("RIPPLE_DATA is not set: it names the folder that holds networks/")
    return Path(os.environ["RIPPLE_DATA"]) / "networks"
