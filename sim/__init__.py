"""Trust Ripple: how trust in a brand moves through a social network.

    import sim
    run = sim.run("data-breach", arm="silence", seed=1)         # one run: series, ledger, stories, users
    both = sim.compare("data-breach", replicates=50, seed=1)    # every arm of the file on common draws
    model = sim.TrustModel("data-breach", arm="silence", rng=1) # a Mesa model: step(), agents, datacollector

This file holds names only (PEP 562): nothing is imported, printed, seeded or set until a name is used, so `import sim`
takes a few milliseconds. `__init__.pyi` says the same to type checkers; a test holds the two together.
"""

_HOME = {
    "Comparison": "sim.study.comparison",
    "Delay": "sim.study.delay",
    "Fit": "sim.study.fit.fitted",
    "Graph": "sim.world.graph",
    "Plan": "sim.study.plan.planning",
    "RippleError": "sim.errors",
    "Rule": "sim.dynamics.rules",
    "Run": "sim.study.results",
    "Scenario": "sim.scenario.scenario",
    "Sweep": "sim.study.sweep.opened",
    "TrustModel": "sim.model.trust_model",
    "as_graph": "sim.world.graph",
    "cite": "sim.study.cite",
    "compare": "sim.study.compare",
    "delay": "sim.study.delay",
    "fit": "sim.study.fit.fitting",
    "load": "sim.scenario.scenario",
    "open_comparison": "sim.study.comparison",
    "open_fit": "sim.study.fit.fitted",
    "open_run": "sim.study.results",
    "open_sweep": "sim.study.sweep.opened",
    "plan": "sim.study.plan.planning",
    "read_edge_list": "sim.world.edge_list",
    "replay_past": "sim.study.past",
    "ripple_multipliers": "sim.study.measures",
    "run": "sim.study.results",
    "sweep": "sim.study.sweep.sweeping",
}

__all__ = [*_HOME]


def __getattr__(name: str) -> object:
    if name == "__version__":
        value: object = _version()
    elif name in _HOME:
        from importlib import import_module

        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'sim' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*(name for name in globals() if not name.startswith("_")), *_HOME, "__version__"})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("trust-ripple")
    except PackageNotFoundError:  # a checkout on the path that was never installed
        return "0+unknown"
