"""What the README says runs: every command and every snippet in it, as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import sim

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


COMMANDS = [line.split("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]


def test_every_command_is_one_we_know_how_to_run():
    """Commands are `ripple ...` and `make ...`, nothing else."""
    assert {shlex.split(command)[0] for command in COMMANDS} == {"ripple", "make"}


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.startswith("make")])
def test_make_knows_its_targets(command):
    """`make -n` finds the rule; CI runs both for real."""
    done = subprocess.run([*shlex.split(command), "-n"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def serves_until_it_is_interrupted(words, folder):
    """A page that stays: it says its address, and ends in peace after Ctrl-C. BROWSER: one that opens nothing."""
    with subprocess.Popen(
        words,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "BROWSER": "true"},
    ) as lab:
        said = next((line for line in lab.stdout if "http://" in line), "")
        address = re.search(r"http://\S+", said)
        assert address, "it ended without an address"
        urllib.request.urlopen(address[0], timeout=60).close()
        lab.send_signal(signal.SIGINT)
        rest = lab.stdout.read()
        assert lab.wait(60) == 0, rest


def test_the_commands_run_one_after_the_other(tmp_path):
    """In an empty folder that holds nothing but the edge list that the README names."""
    ties = [(a, (a * 7 + b) % 60) for a in range(60) for b in (1, 2, 5) if a != (a * 7 + b) % 60]
    (tmp_path / "friends.csv").write_text("".join(f"u{a},u{b}\n" for a, b in ties))
    for command in (c for c in COMMANDS if c.startswith("ripple")):
        words = [sys.executable, "-m", "sim.cli", *shlex.split(command)[1:]]
        if words[3] == "lab":
            serves_until_it_is_interrupted(words, tmp_path)
            continue
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert done.stdout.strip(), command
    assert (tmp_path / "report" / "report.html").exists()


def test_the_snippet_runs(tmp_path, monkeypatch, capsys):
    """As it stands, and it prints what its comments say."""
    monkeypatch.chdir(tmp_path)
    for snippet in blocks("python"):
        exec(compile(snippet, "README.md", "exec"), {})
    lowest = float(capsys.readouterr().out.splitlines()[0])
    assert 0.0 < lowest < 1.0


def test_the_scenario_snippet_is_a_network_of_a_scenario(tmp_path):
    """The YAML of the README loads inside a scenario."""
    (snippet,) = blocks("yaml")
    (tmp_path / "follows.csv").write_text("a,b\nb,c\n")
    lines = [
        line for line in (ROOT / "scenarios" / "data-breach.yaml").read_text().splitlines() if line[:8] != "network:"
    ]
    (tmp_path / "mine.yaml").write_text("\n".join(lines) + "\n" + snippet)
    assert sim.load(tmp_path / "mine.yaml").network.directed == "follows"


def test_pictures_and_pages_it_points_to_are_there():
    """Relative links lead to files of the repository."""
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
