"""Tables as spreadsheets of any country write them are read right, or the error says which cell is meant how."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import RippleError
from sim.spreadsheet import Sheet, read_sheet


def sheet(folder: Path, text: str, encoding: str = "utf-8") -> Sheet:
    file = folder / "table.csv"
    file.write_bytes(text.encode(encoding))
    return read_sheet(file)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("name,minutes\nMüller,1234.5\nNoé,0.25\n", "utf-8"),
        ("name;minutes\r\nMüller;1.234,5\r\nNoé;0,25\r\n", "cp1252"),
        ("sep=;\r\nname;minutes\r\nMüller;1234,5\r\nNoé;0,25\r\n", "utf-8-sig"),
        ("name\tminutes\nMüller\t1234,5\nNoé\t0,25\n", "utf-16"),
        ("name;minutes\nMüller;1\u202f234,5\nNoé;0,25\n", "utf-8"),
        ("name;minutes\nMüller;1’234.5\nNoé;0.25\n", "utf-8"),
        ('name,minutes\nMüller,"1,234.5"\nNoé,0.25\n', "utf-8"),
        ("Replies of March\n\nname,minutes\nMüller,1234.5\nNoé,0.25\n", "utf-8"),
    ],
)
def test_the_same_table_from_several_countries(text: str, encoding: str, tmp_path: Path) -> None:
    table = sheet(tmp_path, text, encoding)
    assert list(table.column("Name")) == ["Müller", "Noé"]
    assert table.numbers("minutes").tolist() == [1234.5, 0.25]


@settings(max_examples=40)
@given(
    st.lists(st.decimals(-1_000_000, 1_000_000, places=2), min_size=1, max_size=8),
    st.sampled_from([(",", ".", ","), (";", ",", "."), (";", ",", " "), ("\t", ".", ","), (";", ".", "'")]),
    st.booleans(),
)
def test_numbers_of_a_column_come_back(values: list, marks: tuple[str, str, str], grouped: bool) -> None:
    """Written with any pair of marks, with and without groups of thousands; two decimals tell which mark is which."""
    delimiter, decimal, thousands = marks
    texts = [f"{value:,.2f}" if grouped else f"{value:.2f}" for value in values]
    swap = str.maketrans({".": decimal, ",": thousands})
    cells = [f'"{text.translate(swap)}"' for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        table = sheet(Path(folder), f"a{delimiter}b\n" + "".join(f"x{delimiter}{cell}\n" for cell in cells))
        assert table.numbers("b").tolist() == [float(value) for value in values]


def test_empty_cells_are_no_numbers(tmp_path: Path) -> None:
    table = sheet(tmp_path, "a,b\nx,1\ny,\nz,NA\nw,<1\n")
    assert np.isnan(table.numbers("b")).tolist() == [False, True, True, False]
    assert table.numbers("b")[3] == 1.0


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["62 %", "5 %"], [0.62, 0.05]),
        (["62,5%", "5%"], [0.625, 0.05]),
        (["0.62", "1"], [0.62, 1.0]),
        (["62", "5.5"], [0.62, 0.055]),
    ],
)
def test_shares_are_read_by_the_whole_column(cells: list[str], values: list[float], tmp_path: Path) -> None:
    table = sheet(tmp_path, "a;b\n" + "".join(f"x;{cell}\n" for cell in cells))
    assert table.shares("b") == pytest.approx(values, rel=1e-12)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["62 %", "5"], "line 3, column 'b': '5' some cells of the column have a % sign"),
        (["0.62", "0.5", "44"], "line 4, column 'b': '44' shares (0 to 1) and per cent (0 to 100) are mixed"),
        (["62 %", "140 %"], "line 3, column 'b': '140 %' is not between 0 and 100 %"),
        (["62 %", "many %"], "line 3, column 'b': 'many %' is not a number"),
    ],
)
def test_per_cent_and_shares_mixed_up_are_told(cells: list[str], words: str, tmp_path: Path) -> None:
    table = sheet(tmp_path, "a;b\n" + "".join(f"x;{cell}\n" for cell in cells))
    with pytest.raises(RippleError, match=r"^table\.csv, ") as error:
        table.shares("b")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2026-03-02 14:00", "2026-03-02T15:00"], datetime(2026, 3, 2, 14)),
        (["02.03.2026 14:00", "03.03.2026 9:05"], datetime(2026, 3, 2, 14)),
        (["2/3/2026 2:00 pm", "25/3/2026 9:05 am"], datetime(2026, 3, 2, 14)),
        (["3/2/2026 14:00", "3/25/2026 9:05"], datetime(2026, 3, 2, 14)),
        (["2/3/26 14:00", "5/3/26 14:00", "4/4/26 14:00"], datetime(2026, 3, 2, 14)),  # in order only so
        (["2026-03-02 14:00:00+01:00"], datetime(2026, 3, 2, 14, tzinfo=timezone(timedelta(hours=1)))),
        (["2026/03/02"], datetime(2026, 3, 2)),
    ],
)
def test_dates_of_several_countries(cells: list[str], first: datetime, tmp_path: Path) -> None:
    table = sheet(tmp_path, "t;b\n" + "".join(f"{cell};1\n" for cell in cells))
    assert table.moments("t")[0] == first


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["03/04/2026"], "may be day and month or month and day; write 2026-03-31"),
        (["last week"], "'last week' is not a date"),
        (["2026-02-30"], "'2026-02-30' is not a date: day"),
        (["2026-03-02 25:00"], "'2026-03-02 25:00' is not a date"),
        (["2026-03-02 14:00+01:00", "2026-03-02 15:00"], "line 3, column 't': '2026-03-02 15:00' has no time zone"),
    ],
)
def test_what_is_no_date_is_told(cells: list[str], words: str, tmp_path: Path) -> None:
    table = sheet(tmp_path, "t;b\n" + "".join(f"{cell};1\n" for cell in cells))
    with pytest.raises(RippleError) as error:
        table.moments("t")
    assert words in str(error.value)


def test_yes_and_no_in_several_languages(tmp_path: Path) -> None:
    table = sheet(tmp_path, "a;b\nx;Ja\ny;nein\nz;TRUE\nw;\n")
    values = table.yes_no("b")
    assert values[:3].tolist() == [1.0, 0.0, 1.0] and np.isnan(values[3])
    with pytest.raises(RippleError, match=r"^table\.csv, line 2, ") as error:
        sheet(tmp_path, "a;b\nperhaps;1\n").yes_no("a")
    assert "neither yes nor no" in str(error.value)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"1,2\n3,4\n", "has to name the columns"),
        (b"a,A\n1,2\n", "two columns are called 'a'"),
        (b"a,b\n1,2\n3,4,5\n", "line 3: 3 cells, but the header names 2 columns"),
        (b"a\x00b\x00\x00", "no text"),
    ],
)
def test_what_is_no_table_is_told(raw: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(raw)
    with pytest.raises(RippleError) as error:
        read_sheet(file)
    assert words in str(error.value)


def test_a_column_is_found_by_a_near_name_and_missed_with_a_hint(tmp_path: Path) -> None:
    table = sheet(tmp_path, "Reply Time (min),User_ID\n1,2\n")
    assert list(table.column("reply time min")) == ["1"]
    assert table.first_of(["latency", "id"]) == "User_ID" and table.first_of(["latency"]) is None
    with pytest.raises(RippleError, match="did you mean 'User_ID'"):
        table.column("User_IDs")
    with pytest.raises(RippleError, match="cannot be read"):
        read_sheet(tmp_path / "missing.csv")
