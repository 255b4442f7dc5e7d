"""Writes constraints.txt: the exact versions that are installed, for every Python and platform that is supported.

    make constraints        # or: .venv/bin/python .ci/constraints.py

For each pair of Python and platform pip resolves pyproject.toml with all its extras, installing nothing. pip judges the
conditions of requirements (`; sys_platform == "win32"`) by the machine it runs on, so it is told those of the pair. A
package with one version everywhere gets a plain line, others get lines with conditions; at the end every line is judged
for every pair. Takes some minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True)
class Platform:
    """A platform as the conditions of requirements name it, and the tags of the wheels that install there."""

    name: str
    system: str  # sys_platform
    machine: str  # platform_machine
    platform_system: str
    tags: tuple[str, ...]


def _manylinux(machine: str) -> tuple[str, ...]:
    return (*(f"manylinux_2_{n}_{machine}" for n in (28, 27, 26, 24, 17)), f"manylinux2014_{machine}")


_MACS = range(14, 10, -1)
_OLD_MACS = tuple(f"macosx_10_{n}_x86_64" for n in range(15, 8, -1))
PLATFORMS = (
    Platform("Linux", "linux", "x86_64", "Linux", _manylinux("x86_64")),
    Platform("Linux on Arm", "linux", "aarch64", "Linux", _manylinux("aarch64")),
    Platform("Mac", "darwin", "arm64", "Darwin", tuple(f"macosx_{n}_0_arm64" for n in _MACS)),
    Platform("Mac with Intel", "darwin", "x86_64", "Darwin", (*(f"macosx_{n}_0_x86_64" for n in _MACS), *_OLD_MACS)),
    Platform("Windows", "win32", "AMD64", "Windows", ("win_amd64",)),
)
# Numba's last version with wheels for Macs with Intel processors has none for Python 3.14.
UNSUPPORTED = {("3.14", "Mac with Intel")}
Pair = tuple[str, Platform]
PAIRS: list[Pair] = [(python, p) for python in PYTHONS for p in PLATFORMS if (python, p.name) not in UNSUPPORTED]


def environment(pair: Pair) -> dict[str, str]:
    """What the conditions of a requirement are judged by, for a pair."""
    python, platform = pair
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "platform_python_implementation": "CPython",
        "os_name": "nt" if platform.system == "win32" else "posix",
        "sys_platform": platform.system,
        "platform_machine": platform.machine,
        "platform_system": platform.platform_system,
        "platform_release": "",
        "platform_version": "",
        "extra": "",
    }


def counts(requirement: Requirement, pair: Pair, extras: set[str]) -> bool:
    """Whether a requirement counts on a pair, for a package that is asked for with these extras."""
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate(environment(pair) | {"extra": extra}) for extra in {"", *extras})


def bare(requirement: Requirement) -> str:
    """The requirement without its condition."""
    copy = Requirement(str(requirement))
    copy.marker = None
    return str(copy)


def own_requirements(pair: Pair) -> set[str]:
    """What pyproject.toml asks for on a pair, with all extras, without conditions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    asked = [r for r in map(Requirement, texts) if r.name != project["name"]]  # extras may name extras
    return {bare(r) for r in asked if counts(r, pair, set())}


def resolve(pair: Pair) -> dict[str, str]:
    """The version of each package that pip would install on a pair."""
    asked = own_requirements(pair)
    report = pip_report(pair, sorted(asked))
    found = {canonicalize_name(item["metadata"]["name"]): item["metadata"] for item in report["install"]}
    needed = walk(asked, found, pair)
    if needed != set(found):
        raise SystemExit(f"{pair}: pip no longer judges conditions by the given pair: {sorted(needed ^ set(found))}")
    return {name: found[name]["version"] for name in sorted(needed)}


def walk(asked: set[str], found: dict[str, dict], pair: Pair) -> set[str]:
    """The names of all packages that are needed on a pair, whether pip found them or not."""
    extras: dict[str, set[str]] = {}
    queue = [Requirement(text) for text in asked]
    while queue:
        requirement = queue.pop()
        name = canonicalize_name(requirement.name)
        if name not in extras or not requirement.extras <= extras[name]:
            extras.setdefault(name, set()).update(requirement.extras)
            children = map(Requirement, found.get(name, {}).get("requires_dist", []))
            queue += [child for child in children if counts(child, pair, extras[name])]
    return set(extras)


# pip takes the tags of wheels from its options, but judges conditions by the machine it runs on. This tells it those of
# the pair; should a later pip not heed it, resolve() notices.
PIP = """
import json, sys
import pip._vendor.packaging.markers as markers
given = json.loads(sys.argv.pop(1))
markers.default_environment = lambda: dict(given)
from pip._internal.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def pip_report(pair: Pair, asked: list[str]) -> dict:
    """What `pip install` would do on a pair, without doing it."""
    python, platform = pair
    command = [sys.executable, "-c", PIP, json.dumps(environment(pair))]
    command += ["install", "-qq", "--dry-run", "--ignore-installed", "--report", "-", "--only-binary=:all:"]
    command += ["--target", "nowhere"]  # pip wants one named where wheels are not for this machine
    command += ["--python-version", python, "--implementation", "cp"]
    command += [word for tag in platform.tags for word in ("--platform", tag)]
    answer = subprocess.run([*command, *asked], capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"pip finds no versions for Python {python} on {platform.name}:\n{answer.stderr}")
    return json.loads(answer.stdout)


def conditions() -> list[str]:
    """Every condition that a line may have."""
    pythons = ["", *(f"python_version {how} '{p}'" for p in PYTHONS[1:] for how in ("<", ">="))]
    pythons += [f"python_version == '{p}'" for p in PYTHONS]
    systems = ["", *(f"sys_platform {how} '{s}'" for s in ("linux", "darwin", "win32") for how in ("==", "!="))]
    for p in PLATFORMS:
        systems.append(f"sys_platform == '{p.system}' and platform_machine == '{p.machine}'")
        systems.append(f"(sys_platform != '{p.system}' or platform_machine != '{p.machine}')")
    return [" and ".join(filter(None, (python, system))) for python in pythons for system in systems]


def lines_of(name: str, versions: dict[Pair, str], known: list[tuple[str, set[Pair]]]) -> list[str]:
    """The lines for one package: the plainest conditions that tell its versions apart.

    versions: of the pairs where the package is needed; elsewhere a line does no harm.
    """
    lines = []
    for version in sorted(set(versions.values())):
        left = {pair for pair, v in versions.items() if v == version}
        others = {pair for pair, v in versions.items() if v != version}
        while left:
            fitting = [(condition, pairs) for condition, pairs in known if not pairs & others]
            condition, pairs = max(fitting, key=lambda one: (len(one[1] & left), -len(one[0])))
            if not pairs & left:
                raise SystemExit(f"{name}: no condition tells {version} from other versions; add one to conditions()")
            lines.append(f"{name}=={version}" + (f"; {condition}" if condition else ""))
            left -= pairs
    return lines


def check(lines: list[str], resolved: dict[Pair, dict[str, str]]) -> None:
    """Every pair reads from the lines exactly the versions that were resolved for it."""
    for pair, versions in resolved.items():
        read: dict[str, set[str]] = {}
        for requirement in map(Requirement, lines):
            if counts(requirement, pair, set()):
                read.setdefault(requirement.name, set()).add(str(requirement.specifier)[2:])
        for name, version in versions.items():
            if read.get(name) != {version}:
                raise SystemExit(f"{name}, Python {pair[0]}, {pair[1].name}: is {version}, written {read.get(name)}")


def main() -> None:
    with ThreadPoolExecutor(4) as pool:
        resolved = dict(zip(PAIRS, pool.map(resolve, PAIRS), strict=True))
    known = []
    for condition in conditions():
        known.append((condition, {p for p in PAIRS if not condition or Marker(condition).evaluate(environment(p))}))
    lines: list[str] = []
    for name in sorted({name for versions in resolved.values() for name in versions}):
        lines += lines_of(name, {pair: v[name] for pair, v in resolved.items() if name in v}, known)
    check(lines, resolved)
    head = (
        "# The exact versions that Trust Ripple is installed with and tested in. Written by `make constraints`.\n"
        f"# Python {PYTHONS[0]} to {PYTHONS[-1]}; {', '.join(p.name for p in PLATFORMS)}.\n"
        "# Not Python 3.14 on Macs with Intel processors, for which Numba has no wheels.\n"
    )
    target = ROOT / "constraints.txt"
    fresh = target.with_suffix(".txt.part")
    fresh.write_text(head + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    fresh.replace(target)
    print(f"constraints.txt: {len(lines)} lines for {len(PAIRS)} pairs of Python and platform")


if __name__ == "__main__":
    main()
