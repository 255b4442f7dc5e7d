"""What compiled loops promise: an edit anywhere is seen, nothing of the user's is changed, threads do no harm.

Each test works on a copy of the package in a folder of its own, with a small module `sim/probe.py` put into it whose
loop calls a loop of another module, and runs it in a fresh process.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROBE = '''
import numpy as np
from sim.compiled import compiled
from sim.world.draws import uniform

@compiled
def total(key, n):
    """The sum of n uniforms of one key."""
    out = 0.0
    for i in range(n):
        out += uniform(key, np.uint64(i), np.uint64(3))
    return out
'''
TOTAL = "from sim.probe import total; import numpy as np; print(repr(total(np.uint64(12345), 100)))"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with a copy of the package and the probe."""
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "sim", folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "sim" / "probe.py").write_text(PROBE, encoding="utf-8")
    return folder


def command(copy: Path, code: str, **environment: str) -> dict:
    """A fresh process that sees the copy and nothing else of ours; its caches lie beside the copy."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "RIPPLE_", "XDG_", "PYTHON"))}
    clean |= {"PYTHONPATH": str(copy), "RIPPLE_CACHE_DIR": str(copy.parent / "cache"), "TMPDIR": str(copy.parent)}
    clean |= {"PYTHONDONTWRITEBYTECODE": "1"}
    return {"args": [sys.executable, "-W", "error", "-c", code], "cwd": copy.parent, "env": clean | environment}


def start(copy: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        **command(copy, code, **environment), capture_output=True, text=True, check=False, timeout=120
    )


def printed(answer: subprocess.CompletedProcess[str]) -> str:
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip()


def kernels(folder: Path) -> set[Path]:
    """The files of machine code below a folder."""
    return set(folder.rglob("*.nbc"))


def test_an_edit_of_draws_is_seen_by_a_loop_in_another_module(copy: Path) -> None:
    """total = sum_i uniform(key, i, 3) before and after a constant of draws.py changed; NumPy says what it must be.

    Tolerance: the same 100 float64 are added, in another order: 100 x 2^-53 x the sum (about 50) < 1e-12.
    """
    by_numpy = "from sim.world.draws import uniforms; print(repr(float(uniforms(12345, range(100), 3).sum())))"
    before = float(printed(start(copy, TOTAL)))
    assert before == float(printed(start(copy, TOTAL))), "the cached loop gives another number than the fresh one"
    assert abs(before - float(printed(start(copy, by_numpy)))) < 1e-12

    draws = copy / "sim" / "world" / "draws.py"
    text = draws.read_text(encoding="utf-8")
    assert text.count("0xD1B54A32D192ED03") == 1
    draws.write_text(text.replace("0xD1B54A32D192ED03", "0xD1B54A32D192ED05"), encoding="utf-8")
    after = float(printed(start(copy, TOTAL)))
    assert abs(after - float(printed(start(copy, by_numpy)))) < 1e-12
    assert abs(after - before) > 1e-6


def test_the_second_start_compiles_nothing(copy: Path) -> None:
    """After one call the machine code is in the cache: a second process adds no file and compiles no loop anew."""
    printed(start(copy, TOTAL))
    first = kernels(copy.parent / "cache")
    assert first
    hits = TOTAL + "; print(sum(total.stats.cache_hits.values()), sum(total.stats.cache_misses.values()))"
    assert printed(start(copy, hits)).splitlines()[-1] == "1 0"
    assert kernels(copy.parent / "cache") == first


def test_an_unwritable_cache_folder_falls_back_to_a_private_temporary_one(copy: Path) -> None:
    """A file in the way and a folder that cannot be written both lead to a temporary folder that is gone at the end."""
    (copy.parent / "file").write_text("in the way", encoding="utf-8")
    tell = "; from sim.compiled import CACHE_FOLDER as c; print(c, oct(c.stat().st_mode & 0o777))"
    expected = printed(start(copy, TOTAL))
    for place in (copy.parent / "file", copy.parent / "file" / "below", Path("/proc/nothing")):
        total, folder = printed(start(copy, TOTAL + tell, RIPPLE_CACHE_DIR=str(place))).splitlines()
        assert total == expected
        assert folder.startswith(str(copy.parent / "trust-ripple-kernels-"))
        assert folder.endswith(" 0o700") or os.name == "nt"
        assert not list(copy.parent.glob("trust-ripple-kernels-*")), "the temporary folder was left behind"
    assert (copy.parent / "file").read_text(encoding="utf-8") == "in the way"


def test_an_empty_variable_names_no_folder(copy: Path) -> None:
    """RIPPLE_CACHE_DIR= and XDG_CACHE_HOME= count as not set; nothing is written into the working folder."""
    home = copy.parent / "home"
    home.mkdir()
    before = set(copy.parent.iterdir())
    answer = start(copy, TOTAL, RIPPLE_CACHE_DIR="", XDG_CACHE_HOME="", HOME=str(home), LOCALAPPDATA=str(home))
    printed(answer)
    assert set(copy.parent.iterdir()) == before
    assert kernels(home)


def test_a_home_that_does_not_exist_does_no_harm(copy: Path) -> None:
    """In a container HOME may point nowhere: the loop still runs."""
    printed(start(copy, TOTAL, RIPPLE_CACHE_DIR="", HOME="/proc/nobody", LOCALAPPDATA="/proc/nobody"))


@pytest.mark.parametrize("chosen", ["", "mine"])
def test_the_users_numba_settings_stay_as_they_were(copy: Path, chosen: str) -> None:
    """Our loops leave every setting of numba.config as it was; the user's own cached loops go where they did."""
    code = """
import numba
from numba import config
before = {name: getattr(config, name) for name in dir(config) if name.isupper()}
from sim.probe import total
import numpy as np
total(np.uint64(1), 10)
after = {name: getattr(config, name) for name in dir(config) if name.isupper()}
assert after == before, {k for k in after if after[k] != before.get(k)}
import theirs
theirs.double(2.0)
"""
    own = copy.parent / "own"
    own.mkdir()
    (own / "theirs.py").write_text(
        "import numba\n@numba.njit(cache=True)\ndef double(x):\n    return 2.0 * x\n", encoding="utf-8"
    )
    environment = {"PYTHONPATH": f"{copy}{os.pathsep}{own}"}
    if chosen:
        environment["NUMBA_CACHE_DIR"] = str(copy.parent / chosen)
    printed(start(copy, code, **environment))
    theirs = copy.parent / chosen if chosen else own
    assert [path.name.split(".")[0] for path in kernels(theirs)] == ["theirs"]
    assert not any(path.name.startswith("theirs") for path in kernels(copy.parent / "cache"))


def test_loops_called_from_many_threads_do_no_harm_under_workqueue(copy: Path) -> None:
    """Numba's layer `workqueue` aborts the process when parallel loops are called from several threads at once.

    Ours are not parallel inside: eight threads, the same sum from each.
    """
    code = """
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from sim.probe import total
with ThreadPoolExecutor(8) as pool:
    sums = set(pool.map(lambda _: total(np.uint64(12345), 1_000_000), range(32)))
assert len(sums) == 1, sums
print("done")
"""
    assert printed(start(copy, code, NUMBA_THREADING_LAYER="workqueue")) == "done"


def test_two_processes_may_fill_the_cache_at_once(copy: Path) -> None:
    """Worker processes start together on an empty cache: all of them get the number."""
    workers = [subprocess.Popen(**command(copy, TOTAL), stdout=-1, stderr=-1, text=True) for _ in range(3)]
    answers = [worker.communicate(timeout=120) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0], answers
    assert len({out for out, _ in answers}) == 1


def test_loops_let_other_threads_run(copy: Path) -> None:
    """Every loop is compiled with nogil, so that replicates run side by side in threads."""
    code = "from sim.probe import total; print(total.targetoptions.get('nogil'), total.targetoptions.get('parallel'))"
    assert printed(start(copy, code)) == "True None"


def test_no_loop_is_compiled_in_another_way() -> None:
    """Only sim/compiled.py knows Numba: no njit, prange, fastmath=True or parallel=True anywhere else."""
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = f"{path.relative_to(ROOT).as_posix()}, line {getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.keyword) and node.arg in ("fastmath", "parallel"):
                assert isinstance(node.value, ast.Constant), name
                assert node.value.value is False, f"{name}: results must not depend on the machine or its threads"
            word = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
            assert word not in ("prange", "vectorize", "guvectorize", "jit"), name
            assert word != "njit" or path.name == "compiled.py", f"{name}: decorate with sim.compiled.compiled"


def test_the_hash_sees_a_module_and_all_it_imports_and_nothing_else(tmp_path: Path) -> None:
    """source_hash changes with the text of the module and of what it imports, at any distance; not with the rest."""
    from sim import compiled

    files = {
        "top.py": "from sim.a import (\n    left,\n    right,\n)\n",
        "a/__init__.py": "",
        "a/left.py": "def f():\n    from sim.deep import x as y\n",
        "a/right.py": "import sim.other\n",
        "a/apart.py": "x = 1\n",
        "deep.py": "x = 1\n",
        "other.py": "x = 1\n",
    }
    (tmp_path / "a").mkdir()

    def hashed(changed: str = "") -> str:
        for name, text in files.items():
            (tmp_path / name).write_text(text + ("# changed\n" if name == changed else ""), encoding="utf-8")
        compiled._imported.cache_clear()
        return compiled.source_hash("sim.top", tmp_path)

    first = hashed()
    assert len(first) == 16 and first == hashed()
    assert {name for name in files if hashed(name) != first} == set(files) - {"a/apart.py"}


def test_every_module_that_an_import_names_is_in_the_hash() -> None:
    """The pattern that finds imports against Python's own reading of them, over every file of the package."""
    from sim import compiled

    package = ROOT / "sim"
    for path in sorted(package.rglob("*.py")):
        named = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sim":
                named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names if alias.name.split(".")[0] == "sim"}
        files = {compiled._file(str(name), package) for name in named} - {None}
        assert files <= set(compiled._imported(path, package)), path


NO_WAY_IN = {"compiled_apart", "compiled_into", "part_of_loop"}
A_LOOP = {"compiled", "compiled_with_arrays", "njit", *NO_WAY_IN}


def decorated_by(function: ast.FunctionDef) -> set[str]:
    """The names of the decorators of a function."""
    called = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    return {d.id if isinstance(d, ast.Name) else getattr(d, "attr", "") for d in called}


def calls_outside_loops(node: ast.AST, inside: bool = False) -> Iterator[ast.Call]:
    """The calls of a file that Python makes itself."""
    for child in ast.iter_child_nodes(node):
        is_loop = isinstance(child, ast.FunctionDef) and bool(decorated_by(child) & A_LOOP)
        if isinstance(child, ast.Call) and not inside:
            yield child
        yield from calls_outside_loops(child, inside or is_loop)


def test_python_calls_no_loop_without_a_way_in() -> None:
    """`compiled_apart`, `compiled_into` and `part_of_loop` give loops that crash the process when Python calls them."""
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for folder in ("sim", "tests", "experiments")
        for path in sorted((ROOT / folder).rglob("*.py"))
    }
    closed = {
        node.name
        for path, tree in trees.items()
        if path.is_relative_to(ROOT / "sim")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and decorated_by(node) & NO_WAY_IN
    }
    assert {"hear_of", "strike", "talk_block"} <= closed
    for path, tree in trees.items():
        imported = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sim.dynamics")
            for alias in node.names
        }
        own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for call in calls_outside_loops(tree):
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            here = path.is_relative_to(ROOT / "sim" / "dynamics")
            if name in closed and (name in imported or (here and name in own)):
                raise AssertionError(f"{path.relative_to(ROOT)}, line {call.lineno}: Python cannot call {name}")
