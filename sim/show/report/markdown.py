"""The report as Markdown, for slides and notes: the same words, the figures as PNG beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sim.show.drawn import Drawn
from sim.show.report.contents import SECTIONS, Contents


def markdown(said: Contents, figures: Iterable[Drawn]) -> str:
    """The text of report.md; its pictures are figures/NAME.png. What comes from a scenario is never markup."""
    return "\n\n".join(_blocks(said, list(figures))) + "\n"


def _blocks(said: Contents, figures: Sequence[Drawn]) -> Iterator[str]:
    yield f"# {plain(said.title)}"
    if said.question:
        yield plain(said.question)
    yield f"*{plain(said.about)}*"
    if said.quick:
        yield f"**{plain(said.quick)}**"
    yield "\n".join(f"> {plain(sentence)}" for sentence in said.answer)
    if said.best:
        yield plain(said.best)
    if said.numbers:
        yield table(("", "", ""), [(n.name, f"**{plain(n.number)}**", plain(n.meaning)) for n in said.numbers])
    yield plain(said.meaning)
    yield from (f"**Note:** {plain(warning)}" for warning in said.warnings)
    yield "## What happens"
    yield plain(said.setting) + "."
    for name, sentences in said.timeline:
        yield f"**{plain(name)}**"
        yield bullets(sentences)
    if said.takeaway:
        yield f"What its author wants you to remember: {plain(said.takeaway)}"
    yield "## The answer in numbers"
    rows = []
    for row in said.rows:
        cells = []
        for cell in row.cells:
            value = f"**{cell.value}**" if cell.best else cell.value
            cells.append(f"{value} ({cell.difference})" if cell.difference else value)
        rows.append((f"{row.heading}, {row.unit}", *cells))
    yield table(("measure", *said.arms), rows)
    yield plain(" ".join(filter(None, (said.table_note, said.same))))
    if said.people:
        yield "### In your numbers"
        people = [
            [plain(what), *(f"**{mean}** ({span})" for mean, span in of), size] for what, size, of in said.people.rows
        ]
        yield table(("people", *said.arms, "size"), people)
        yield plain(said.people.note)
    if said.expectations:
        yield "**What the scenario expects**"
        yield bullets(f"{'met' if met else 'NOT MET'}: {words}" for met, words in said.expectations)
    for section, heading in SECTIONS.items():
        shown = [one for one in figures if one.section == section]
        if shown:
            yield f"## {heading}"
        for one in shown:
            yield f"![{plain(one.caption)}](figures/{one.name}.png)"
            yield f"*{plain(one.caption)}*"
    yield "## What it rests on"
    yield bullets(said.assumptions)
    yield "## What the measures mean"
    yield bullets(f"{name}: {meaning}" for name, meaning in said.meanings)
    yield "## Where this comes from"
    yield f"This command makes it again:\n\n{_code(said.command)}"
    yield bullets(f"{name}: {value}" for name, value in said.facts)
    if said.sources:
        yield "**Sources of the story**"
        yield bullets(said.sources)


def plain(words: str) -> str:
    """Words on one line in which nothing is markup of Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>|#$~])", r"\\\1", " ".join(words.split())).replace("&", "&amp;").replace("\\<", "&lt;")


def bullets(lines: Iterable[str]) -> str:
    """One line each."""
    return "\n".join(f"- {plain(line)}" for line in lines)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already, the heads are words."""
    lines = [[plain(head) for head in heads], ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _code(command: str) -> str:
    fence = "`" * (max(map(len, re.findall("`+", command)), default=0) + 1)
    return f"{'`' * max(3, len(fence))}\n{command}\n{'`' * max(3, len(fence))}"
