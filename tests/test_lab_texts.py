"""The words of the lab stand in one file: pages and server know no others, and use all of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import sim
from sim.show.lab.assets import OF_RECORDINGS, PAGE_SCRIPTS, PLAYER_SCRIPTS, text_of
from sim.show.replay.sources import text_of as text_beside
from sim.show.texts import say, texts

SHOW = Path(sim.__file__).parent / "show"
SCRIPTS = {name: text_of(name) for name in (*PLAYER_SCRIPTS, *PAGE_SCRIPTS, *OF_RECORDINGS) if name.endswith(".js")}
SCRIPTS["share.js"] = text_beside("share.js")
MODULES = [*sorted((SHOW / "lab").glob("*.py")), SHOW / "replay" / "share.py"]
WORDS = re.compile(r"[A-Za-z]{2,}[,:.]? [a-z]{2,}|^[A-Z][a-z]+( |$)")  # two words, or one that begins with a capital
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
NO_TEXT = {  # what looks like words and is none: names of styles, keys, selectors, fonts
    "use strict", "Enter", "Escape", "Event", "drop note", "icon close", "link back",
}  # fmt: skip


def keys_of(tree: object, before: str = "") -> set[str]:
    if isinstance(tree, str):
        return {before}
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return set().union(*(keys_of(part, f"{before}.{name}".lstrip(".")) for name, part in parts))


def used() -> tuple[set[str], set[str]]:
    """Keys that stand in say(...) as they are, and what stands before the blank in those that are put together."""
    whole, begun = set(), set()
    sources = [*SCRIPTS.values(), *(path.read_text(encoding="utf-8") for path in MODULES)]
    sources.append((SHOW / "lab" / "assets.py").read_text(encoding="utf-8"))
    for text in sources:
        for call in re.finditer(r"""(?:\bsay|\bWords)\(((?:[^()"'`]*(?:"[^"]*"|'[^']*'|`[^`]*`))+)""", text):
            whole |= set(re.findall(r"""["']([a-zA-Z.]+)["']""", call[1]))
            begun |= set(re.findall(r"`([a-zA-Z.]+\.)\$\{", call[1]))
    return whole, begun


def test_every_text_is_used_and_every_text_that_is_used_is_there() -> None:
    """Keys defined = keys used; a key put together, as in controls.${key}, stands for all that begin so."""
    defined = keys_of(texts())
    whole, begun = used()
    whole |= {"language", "page.title", "page.noScript"}  # filled into the page and into numbers
    assert all(any(key.startswith(start) for key in defined) for start in begun), begun
    unused = {key for key in defined - whole if not any(key.startswith(start) for start in begun)}
    assert unused == set()
    asked = {key for text in SCRIPTS.values() for key in re.findall(r'\bsay\("([a-zA-Z.]+)"', text)}
    assert len(asked) > 60 and asked <= defined, asked - defined
    asked = {
        key for path in MODULES for key in re.findall(r"""\b(?:say|Words)\(["']([a-zA-Z.]+)["']""", path.read_text())
    }
    assert len(asked) > 15 and asked <= defined, asked - defined


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "texts.js"])
def test_no_script_has_words_of_its_own(name: str) -> None:
    text = re.sub(r"^\s*//.*$|(?<=[;{,)]) // .*$", "", SCRIPTS[name], flags=re.MULTILINE)
    text = re.sub(
        r'(class|className|font)(:| =) ?(`[^`]*`|"[^"]*")|(querySelector(All)?|closest|matchMedia)\("[^"]*"\)', "", text
    )
    found = [found[1] or found[2] or "" for found in LITERAL.finditer(text)]
    told = [one for one in found if WORDS.search(re.sub(r"\$\{[^}]*\}", "", one)) and one not in NO_TEXT]
    assert told == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_module_of_the_server_has_words_for_the_page(path: Path) -> None:
    """But mistakes, which read as on the command line, and what the terminal is told."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    mistakes = {"RippleError", "RuntimeError", "_number", "_whole"} | ({"say"} if path.name == "serve.py" else set())
    allowed = set()
    for node in ast.walk(tree):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        mistake = isinstance(node, ast.Call) and getattr(node.func, "id", "") in mistakes
        if docstring or mistake or isinstance(node, ast.Assert):
            allowed |= {id(part) for part in ast.walk(node)}
    told = [
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in allowed
        and re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}|^[A-Z][a-z]+ ", node.value)
    ]  # fmt: skip
    assert told == []


def test_a_text_with_its_blanks_filled_in() -> None:
    assert say("server.tooLarge", megabytes=21) == "a request may have 21 MB at most"
    with pytest.raises(KeyError):
        say("server.nothing")


def test_the_page_is_given_its_words() -> None:
    assert say("lab.whatIf") in text_of("texts.js") and "{{texts}}" not in text_of("texts.js")
    assert say("page.title") in text_of("page.html") and "{{title}}" not in text_of("page.html")
