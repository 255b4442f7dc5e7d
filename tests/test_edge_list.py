"""Real edge lists in all their forms: what is read, what is reported, what is refused and with which words."""

from __future__ import annotations

import csv
import gzip
import io
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import RippleError
from sim.world import edge_list, edge_text, labels, memory
from sim.world.edge_list import read_edge_list
from sim.world.graph import Graph

PLAIN = "dropped 0 self-loops, merged 0 repeated ties"


def written(folder: Path, content: str | bytes, name: str = "net.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def ties(graph: Graph) -> set[tuple[str, str]]:
    """Arcs (who listens, to whom) by name; of friendships only one of the two."""
    listener = np.repeat(np.arange(graph.n_users), graph.n_listened)
    named = {(graph.label(i), graph.label(j)) for i, j in zip(listener, graph.heard, strict=True)}
    return named if graph.directed else {(a, b) for a, b in named if a < b}


def shares(graph: Graph) -> list[float]:
    return [round(float(share), 4) for share in graph.weight]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\nb,c\n", {("a", "b"), ("b", "c")}),
        ("a;b\nb;c\n", {("a", "b"), ("b", "c")}),
        ("a\tb\nb\tc d\n", {("a", "b"), ("b", "c d")}),
        ("a b\nb   c\n", {("a", "b"), ("b", "c")}),
        (" a\t b \nb c", {("a", "b"), ("b", "c")}),  # tabs and spaces, no newline at the end
        ("a, b\nb ,c\n", {("a", "b"), ("b", "c")}),
        ("a,b\r\nb,c\r\n", {("a", "b"), ("b", "c")}),
        ("a,b\rb,c\r", {("a", "b"), ("b", "c")}),
        ("a,b\n\n,\n  \nb,c\n,\n", {("a", "b"), ("b", "c")}),  # blank rows, as spreadsheets leave them
        ("a,b,\nb,c,\n", {("a", "b"), ("b", "c")}),
        ('"New York","Rome, GA"\n"Rome, GA","say ""hi"""\n', {("New York", "Rome, GA"), ("Rome, GA", 'say "hi"')}),
        ('"the ""quick"", brown",fox\n', {("fox", 'the "quick", brown')}),
        ('"New York" Rome\nRome Oslo\n', {("New York", "Rome"), ("Oslo", "Rome")}),
        ("# who whom\na b\n% more\nb c\n", {("a", "b"), ("b", "c")}),
        ("sep=;\na;b,c\n", {("a", "b,c")}),
        ("sep=;\nsource;target\na;b\n", {("a", "b")}),
        ("caf\u00e9,b\ncafe\u0301,c\n", {("b", "caf\u00e9"), ("c", "caf\u00e9")}),
        ("\ufeffsource,target\na,b\n", {("a", "b")}),
        ("007,7\n7,8\n", {("007", "7"), ("7", "8")}),
        ("-1,2\n2,10\n", {("-1", "2"), ("10", "2")}),
        ("a,b\n", {("a", "b")}),
        ("\u00a0a,b\n", {("a", "b")}),  # a no-break space around a name
    ],
)
def test_edge_lists_are_read_however_they_are_written(tmp_path: Path, content: str, expected: set) -> None:
    graph = read_edge_list(written(tmp_path, content))
    assert ties(graph) == expected
    assert PLAIN in graph.notes[0] and graph.kind == "file"


@pytest.mark.parametrize(
    ("content", "expected", "header"),
    [
        ("source,target\nann,bob\n", {("ann", "bob")}, True),
        ("From Node,To-Node\nann,bob\n", {("ann", "bob")}, True),
        ("who,what\n1,2\n", {("1", "2")}, True),  # words above numbers
        ("Freund;Kollege;Gewicht\nann;bob;1,5\n", {("ann", "bob")}, True),
        ("u,v\nann,bob\n", {("ann", "bob")}, True),
        ("u,v\nu,w\n", {("u", "v"), ("u", "w")}, False),  # here they are names
        ("source,target\nsource,bob\n", {("source", "target"), ("bob", "source")}, False),
        ("ann,bob\nbob,cy\n", {("ann", "bob"), ("bob", "cy")}, False),
        ("1,2\n2,3\n", {("1", "2"), ("2", "3")}, False),
        (",from,to\n0,b,a\n1,b,c\n", {("a", "b"), ("b", "c")}, True),  # a frame written with its index
        ("weight,target,source\n1,a,b\n", {("a", "b")}, True),
        ("#source,#target,#rating\n1,2,5\n", {("1", "2")}, True),
        ("# Nodes: 3 Edges: 2\n# FromNodeId\tToNodeId\n0\t1\n1\t2\n", {("0", "1"), ("1", "2")}, True),
        ("#sdsad\n#asdad\n0 1\n", {("0", "1")}, False),
        ("# Directed graph\n0 1\n", {("0", "1")}, False),
    ],
)
def test_a_header_is_told_from_a_tie(tmp_path: Path, content: str, expected: set, header: bool) -> None:
    graph = read_edge_list(written(tmp_path, content))
    assert ties(graph) == expected
    assert ("no header" in graph.notes[0]) is not header


def test_who_reads_the_header_can_be_said(tmp_path: Path) -> None:
    path = written(tmp_path, "ann,bob\nbob,cy\n")
    assert ties(read_edge_list(path, header=True)) == {("bob", "cy")}
    path = written(tmp_path, "source,target\nann,bob\n")
    assert ties(read_edge_list(path, header=False)) == {("source", "target"), ("ann", "bob")}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    text = "source,target\nJosé,Zoë\nZoë,Ann\n"
    graph = read_edge_list(written(tmp_path, text.encode(encoding)))
    assert graph.labels.tolist() == ["Ann", "José", "Zoë"]
    assert ("Windows-1252" in graph.notes[0]) is (encoding == "cp1252")


def test_users_are_sorted_so_that_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    """By number where all names are plain numbers; numbers 0..n-1 need no table; else by text."""
    assert read_edge_list(written(tmp_path, "10,9\n2,10\n")).labels.tolist() == [2, 9, 10]
    assert read_edge_list(written(tmp_path, "2,0\n1,2\n")).labels is None
    assert read_edge_list(written(tmp_path, "b,10\n9,b\n")).labels.tolist() == ["10", "9", "b"]
    one, other = (read_edge_list(written(tmp_path, text)) for text in ("b,a\nc,b\n", "c,b\nb,a\n"))
    assert np.array_equal(one.heard, other.heard) and one.labels.tolist() == other.labels.tolist()
    longer = read_edge_list(written(tmp_path, "1234567890123456789,2\n2,3\n"))  # more digits than fit: text
    assert longer.labels.tolist() == ["1234567890123456789", "2", "3"]


def test_what_was_dropped_merged_and_ignored_is_one_line(tmp_path: Path) -> None:
    content = "source,target,time,note\n1,1,5,x\n2,3,5,x\n3,2,6,y\n2,3,7,z\n4,4,8,z\n"
    graph = read_edge_list(written(tmp_path, content))
    assert graph.notes == (
        "net.csv: 4 users, 1 tie; dropped 2 self-loops, merged 2 repeated ties; 2 users without ties; "
        "ignored columns 3 (time), 4 (note); friendships",
    )
    directed = read_edge_list(written(tmp_path, content), directed="follows")
    assert "2 directed ties" in directed.notes[0] and "merged 1 repeated tie;" in directed.notes[0]
    assert "who listens to whom" in directed.notes[0] and ties(directed) == {("2", "3"), ("3", "2")}
    assert ties(read_edge_list(written(tmp_path, "a,b\n"), directed="tells")) == {("b", "a")}
    missing = read_edge_list(written(tmp_path, "ann,NA\nbob,ann\n"))
    assert "'NA' was read as a user's name" in missing.notes[0]


def test_weights_add_up_and_become_shares(tmp_path: Path) -> None:
    """a-b 1 + 2, a-c 1: a gives .75 to b; decimal commas where commas do not separate; weight 0 is no tie."""
    content = "source;target;strength\na;b;1,0\nb;a;2\na;c;1\na;d;0\nc;c;4\n"
    graph = read_edge_list(written(tmp_path, content), weight="Strength")
    assert graph.labels.tolist() == ["a", "b", "c", "d"] and shares(graph) == [0.75, 0.25, 1.0, 1.0]
    assert "dropped 1 self-loop, merged 1 repeated tie; dropped 1 tie of weight 0; 1 user without" in graph.notes[0]
    assert "weights from column 3 (strength)" in graph.notes[0]
    for weight in (3, "3"):
        spaces = read_edge_list(written(tmp_path, "1 2 0,5\n2 3 1,5\n"), weight=weight)
        assert shares(spaces) == [1.0, 0.25, 0.75, 1.0]
    quoted = read_edge_list(written(tmp_path, 'a,b,"3e0"\na,c,+1.\n'), weight=3)
    assert shares(quoted) == [0.75, 0.25, 1.0, 1.0]
    times = read_edge_list(written(tmp_path, "a b 1082040961\nb c 1082040962\n"), weight=3)
    assert "look like times" in times.notes[0]


def test_columns_can_be_named_or_numbered(tmp_path: Path) -> None:
    path = written(tmp_path, "day,speaker,listener\n1,a,b\n2,c,b\n")
    for columns in (("speaker", "listener"), (2, 3), ("2", "3")):
        assert ties(read_edge_list(path, columns=columns, directed="tells")) == {("b", "a"), ("b", "c")}
    for options, text in (
        ({"columns": ("speaker", "listner")}, "columns: there is no column 'listner'; did you mean 'listener'?"),
        ({"columns": (2, 4)}, "columns: there is no column 4; there are 3, counted from 1"),
        ({"columns": (2, 2)}, "who and whom are both column 2"),
        ({"columns": (2,)}, "name two columns"),
        ({"weight": "wieght"}, "weight: there is no column 'wieght' (columns: day, speaker, listener)"),
        ({"weight": 0}, "weight: there is no column 0"),
        ({"directed": "follow"}, "directed: 'follow' is not known"),
    ):
        with pytest.raises(RippleError) as error:
            read_edge_list(path, **options)
        assert text in str(error.value)
    with pytest.raises(RippleError, match="no column 'w'; no header, so write a number"):
        read_edge_list(written(tmp_path, "1 2 3\n"), weight="w")


def test_the_largest_component_is_kept_when_asked_for(tmp_path: Path) -> None:
    graph = read_edge_list(written(tmp_path, "a,b\nb,c\nx,y\n"), largest_component=True)
    assert graph.labels.tolist() == ["a", "b", "c"] and "3 of 5 users" in graph.notes[1]


# --- what is refused -------------------------------------------------------------------------------------------------
BROKEN = "source,target\n" + "".join("foo\n" if i % 10 == 3 else f"{i},{i + 1}\n" for i in range(200))


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("", ["the file is empty"]),
        ("\n \n\n", ["the file is empty"]),
        ("# a\n# b\n", ["no rows, only comments"]),
        (",\n,\n", ["no rows"]),
        ("source,target\n", ["no rows, only a header"]),
        ("a\nb\nc\n", ["one column only (line 1: 'a')", "separated by commas, semicolons, tabs or spaces"]),
        ("a|b\nb|c\n", ["one column only", "separated by"]),
        (BROKEN, ["20 of 200 lines are broken", "  line 5  1 value where others have 2: 'foo'", "  and 12 more"]),
        (
            "1 2\n2 3\nNew York 3\n4 5\n",
            [
                "1 of 4 lines is broken",
                "  line 3  3 values where others have 2: 'New York 3' (a name with a space",
            ],
        ),
        (
            "1,2\n2,3\n3;4\n",
            [
                "1 of 3 lines is broken",
                "  line 3  1 value where others have 2: '3;4' (semicolons; other lines have commas)",
            ],
        ),
        ("a,b,1\nb,c\nc,d,2\n", ["  line 2  2 values where others have 3: 'b,c'"]),
        ("ann,bob\nbob,\ncy,ann\n", ["1 of 3 lines is broken", "  line 2  a name is missing: 'bob,'"]),
        ('ann,bob\n"",bob\n', ["  line 2  a name is missing"]),
        ("a\tb\tc\n\tb\tc\n", ["  line 2  a name is missing: '\\tb\\tc'"]),
        ('ann,bob\n"cy,bob\nbob,cy\n', ["  line 2  a quote is opened and not closed: '\"cy,bob'"]),
        ("ann,bob\n" + "x" * 500 + ",bob\n", ["  line 2  a name of more than 400 bytes"]),
        (b"ann,bob\n" * 50 + b"c\x00y,bob\n" + b"ann,bob\n" * 50, ["  line 51  a name with a control character in it"]),
        ("ann,\u00a0\nann,bob\n", ["a name consists of spaces only"]),
        (
            "It was the best of times.\nIt was\nthe worst of all the times\nby man\nok then go\n",
            ["from 2 to 6 values"],
        ),
        (bytes(range(256)) * 20, ["a binary file"]),
        (b"PK\x03\x04" + b"0" * 100, ["a ZIP archive or an Excel workbook"]),
        (b"\x1f\x8b\x08\x00damaged", ["damaged or cut short"]),
        ("<?xml version='1.0'?><graphml/>", ["XML", "networkx.read_graphml", "edge lists are read"]),
        ("graph [\n node [ id 1 ]\n]\n", ["GML", "networkx.read_gml"]),
        ('Creator "x"\ngraph\n[\n', ["GML"]),
        ('{"nodes": []}', ["JSON"]),
        ("*Vertices 3\n", ["Pajek"]),
        ("%%MatrixMarket matrix coordinate\n3 3 1\n1 2 1\n", ["Matrix Market", "scipy.io.mmread"]),
        ("a,b\n" + "x" * (5 << 20), ["a line is longer than 1.05 MB"]),
    ],
)
def test_what_is_no_edge_list_is_refused_with_file_line_and_reason(tmp_path: Path, content, lines: list[str]) -> None:
    with pytest.raises(RippleError) as error:
        read_edge_list(written(tmp_path, content))
    text = str(error.value)
    assert text.startswith("net.csv: ")
    for line in lines:
        assert line in text


def test_weights_that_are_none_are_refused_with_their_lines(tmp_path: Path) -> None:
    """Each of them with line and value; all other forms of a number are read."""
    bad = ["nan", "-1", "inf", "x", "", "1e400", "1_0", "0x1", "--1", "1.2.3", "1" * 40]
    content = "".join(f"a,b{row},{value}\n" for row, value in enumerate(["1", *bad, "1e3"]))
    with pytest.raises(RippleError) as error:
        read_edge_list(written(tmp_path, content), weight=3)
    text = str(error.value)
    assert "11 of 13 lines are broken" in text and "and 3 more" in text
    for line, what in ((2, "weight 'nan' is not a finite number"), (3, "weight '-1' is less than 0")):
        assert f"line {line}  {what}" in text
    assert "line 6  no weight in column 3" in text
    for value in bad:
        with pytest.raises(RippleError, match="1 of 2 lines is broken\n  line 2  "):
            read_edge_list(written(tmp_path, f"a,b,1\nb,c,{value}\n"), weight=3)


def test_missing_files_and_folders_are_named_with_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, "a,b\n", "friends.csv")
    for path, text in (
        (tmp_path / "freinds.csv", "there is no such file; did you mean 'friends.csv'?"),
        (tmp_path / "nowhere" / "x.csv", "nor the folder"),
        (tmp_path, "is a folder, not an edge list"),
    ):
        with pytest.raises(RippleError) as error:
            read_edge_list(path)
        assert text in str(error.value) and str(path) in str(error.value)


# --- large and packed files ------------------------------------------------------------------------------------------
def test_packed_files_are_read_up_to_a_stated_size(tmp_path: Path) -> None:
    content = b"ann,bob\nbob,cy\n" * 100
    path = written(tmp_path, gzip.compress(content), "net.csv.gz")
    assert ties(read_edge_list(path)) == {("ann", "bob"), ("bob", "cy")}
    assert ties(read_edge_list(path, max_bytes=len(content))) == {("ann", "bob"), ("bob", "cy")}
    with pytest.raises(RippleError, match="unpacks to more than 1 kB"):
        read_edge_list(path, max_bytes=1000)
    with pytest.raises(RippleError, match="damaged or cut short"):
        read_edge_list(written(tmp_path, gzip.compress(content)[:-12], "cut.gz"))


def test_a_gzip_bomb_is_refused_while_it_unpacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 64 MB of lines, and of one line of 64 MB, no more than 16 MB and a block (4 MB) each are unpacked."""
    read = 0
    whole = edge_text.EdgeText._read

    def counted(self, file, count):
        nonlocal read
        block = whole(self, file, count)
        read += len(block)
        return block

    monkeypatch.setattr(edge_text.EdgeText, "_read", counted)
    for bomb, text in ((b"1,2\n" * (1 << 20), "200 times its size"), (b"0" * (1 << 22), "a line is longer")):
        path = tmp_path / "bomb.gz"
        path.write_bytes(gzip.compress(bomb) * ((64 << 20) // len(bomb)))
        with pytest.raises(RippleError, match=text):
            read_edge_list(path)
    assert read < 30 << 20


def test_a_file_too_large_for_the_memory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch) -> None:
    path = written(tmp_path, "1 2\n" * 100_000)
    monkeypatch.setattr(memory, "free_memory", lambda: 10**6)
    with pytest.raises(RippleError, match=r"net.csv: a network of some 100,000 ties needs about 2 MB of memory; 1 MB"):
        read_edge_list(path)


def test_blocks_and_growing_tables_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 names of differing length, read at once and in blocks of 1009 bytes; lines keep their numbers."""

    def each_once(texts: list[str]):
        assert len(texts) == len(set(texts))
        return labels.label_rows(texts)

    monkeypatch.setattr(edge_list, "label_rows", each_once)
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 5000, (6000, 2)).tolist()
    rows += [[0, i] for i in range(5000)]
    content = "source;target\r\n" + "".join(f"é{'x' * (a % 40)}{a};é{'x' * (b % 40)}{b}\r\n" for a, b in rows)
    expected = {tuple(sorted((f"é{'x' * (a % 40)}{a}", f"é{'x' * (b % 40)}{b}"))) for a, b in rows if a != b}
    for encoding in ("utf-8", "utf-16"):
        path = written(tmp_path, content.encode(encoding))
        whole = read_edge_list(path)
        with monkeypatch.context() as patch:
            patch.setattr(edge_text, "BLOCK", 1009)
            blocks = read_edge_list(path)
        for graph in (whole, blocks):
            assert ties(graph) == expected and graph.notes == whole.notes
    monkeypatch.setattr(edge_text, "BLOCK", 64)
    with pytest.raises(RippleError, match=r"1 of 302 lines is broken\n  line 301  1 value"):
        read_edge_list(written(tmp_path, "1,2\n" * 300 + "oops\n3,4"))


names = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\x85"),
    min_size=1,
    max_size=12,
).filter(lambda name: name.strip() and not name.strip().startswith(("#", "%", "sep=")))


@settings(max_examples=80)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=8), st.sampled_from(",;\t"), st.booleans())
def test_any_names_come_back_as_they_were_written(tmp_path_factory, rows, separator: str, quoted: bool) -> None:
    """Python's own CSV writer, any names of any letters: the ties are those of the names, stripped and in NFC."""
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=separator, quoting=quoting, lineterminator="\n").writerows(rows)
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(f"sep={separator}\n{text.getvalue()}", encoding="utf-8", newline="")
    clean = [tuple(unicodedata.normalize("NFC", name).strip() for name in row) for row in rows]
    graph = read_edge_list(path, header=False)
    assert set(graph.names()) == {name for row in clean for name in row}
    assert ties(graph) == {tuple(sorted(row)) for row in clean if row[0] != row[1]}


# --- networks that no one here wrote ---------------------------------------------------------------------------------
REAL = {
    "caltech36.csv": (769, 16_656, 248),
    "twitch-zhtw.csv": (2_772, 63_462, 1_375),
    "ego-facebook.txt": (4_039, 88_234, 1_045),
    "lastfm-asia.csv": (7_624, 27_806, 216),
    "facebook-pages.csv": (22_470, 170_823, 709),
    "deezer-europe.csv": (28_281, 92_752, 172),
    "bitcoin-otc.csv": (5_881, 21_492, 795),
    "college-messages.txt": (1_899, 13_838, 255),
}


@pytest.mark.parametrize("name", REAL)
def test_real_networks_are_read_as_they_are(real_networks: Path, name: str) -> None:
    """Users, friendships and largest degree as counted by others."""
    graph = read_edge_list(real_networks / name)
    assert (graph.n_users, graph.n_ties, int(graph.n_listened.max())) == REAL[name]


def test_real_remarks_are_made(real_networks: Path) -> None:
    pages = read_edge_list(real_networks / "facebook-pages.csv")
    assert pages.notes == (
        "facebook-pages.csv: 22,470 users, 170,823 ties; dropped 179 self-loops, merged 0 repeated ties; friendships",
    )
    ratings = read_edge_list(real_networks / "bitcoin-otc.csv", directed="follows")
    assert ratings.n_ties == 35_592 and "ignored columns 3 (rating), 4 (timestamp)" in ratings.notes[0]
    with pytest.raises(RippleError, match=r"3,563 of 35,592 lines are broken\n  line 598  weight '-1' is less than 0"):
        read_edge_list(real_networks / "bitcoin-otc.csv", weight="rating")
    messages = read_edge_list(real_networks / "college-messages.txt")
    assert "merged 45,997 repeated ties; ignored column 3 (weight)" in messages.notes[0]
    school = read_edge_list(real_networks / "caltech36.csv", largest_component=True)
    assert school.n_users == 762 and "largest of 4 components" in school.notes[1]
