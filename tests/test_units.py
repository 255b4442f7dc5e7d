"""Quantities as people write them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sim import units

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("5 d", 120.0),
        ("5d", 120.0),
        ("5 d 3 h", 123.0),
        ("5 days, 3 hours and 30 minutes", 123.5),
        ("90 min", 1.5),
        ("2 weeks", 336.0),
        ("1.5 h", 1.5),
        (".5 h", 0.5),
        ("1 y", 8760.0),
        ("30 s", 30 / 3600),
        ("0", 0.0),
        (0, 0.0),
        ("1e2 h", 100.0),
    ],
)
def test_times_are_read_into_hours(text, hours):
    assert units.hours(text) == hours


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (units.share, "30 %", 0.3),
        (units.share, "30%", 0.3),
        (units.share, 0.3, 0.3),
        (units.share, "0.3", 0.3),
        (units.share, 1, 1.0),
        (units.share, "100 %", 1.0),
        (units.trust, "44 points", 0.44),
        (units.trust, "44 %", 0.44),
        (units.trust, 0.44, 0.44),
        (units.rate, "2 per day", 2 / 24),
        (units.rate, "0.5 / h", 0.5),
        (units.count, "2 k", 2000),
        (units.count, "1.2 M", 1_200_000),
        (units.count, "2,000", 2000),
        (units.count, "2_000", 2000),
        (units.count, 2000, 2000),
        (units.amount, "1.2 million", 1.2e6),
        (units.amount, 0.1, 0.1),
        (units.number, "-0.4", -0.4),
        (units.yes_no, "yes", True),
        (units.yes_no, "no", False),
        (units.yes_no, True, True),
    ],
)
def test_quantities_are_read(reader, text, value):
    assert reader(text) == value


@pytest.mark.parametrize(
    ("reader", "value", "words"),
    [
        (units.share, 40, "40 is not a share; write 40 % or 0.4"),
        (units.share, "120 %", "'120 %' is not a share; it goes from 0 % to 100 %"),
        (units.share, -0.1, "-0.1 is not a share; it goes from 0 to 1, or from 0 % to 100 %"),
        (units.share, "0,3", "'0,3': write the decimal point as a point, not a comma"),
        (units.share, True, "yes is not a share; write 30 % or 0.3"),
        (units.share, "half", "'half' is not a share; write 30 % or 0.3"),
        (units.share, float("nan"), "nan is not a share; write 30 % or 0.3"),
        (units.trust, 44, "44 is not a level of trust; write 44 points or 0.44"),
        (units.hours, 5, "5 has no unit; write 5 h or 5 d"),
        (units.hours, "-5 d", "'-5 d' is a negative time"),
        (units.hours, -5, "-5 is a negative time"),
        (units.hours, "1,5 h", "'1,5 h': write the decimal point as a point, not a comma"),
        (units.hours, "3 months", "'3 months': months differ in length (and m could be minutes); write days or min"),
        (units.hours, "soon", "'soon' is not a time; write it like 90 min, 5 h, 5 d or 5 d 3 h"),
        (units.hours, "5 d later", "'5 d later' is not a time; write it like 90 min, 5 h, 5 d or 5 d 3 h"),
        (units.hours, "1e400 h", "'1e400 h' is too long"),
        (units.hours, None, "nothing is not a time; write it like 90 min, 5 h, 5 d or 5 d 3 h"),
        (units.hours, [], "a list is not a time; write it like 90 min, 5 h, 5 d or 5 d 3 h"),
        (units.rate, 2, "2 is not a rate; write it like 2 per day or 0.5 per h"),
        (units.rate, "-2 per day", "'-2 per day' is a negative rate"),
        (units.count, 1.5, "1.5 is not a whole number"),
        (units.count, "many", '\'many\' is not a whole number; write 1200, "1.2 k" or "1.2 M"'),
        (units.amount, -3, "-3 is below 0"),
        (units.number, "x" * 60, f"'{'x' * 37}...' is not a number; write it in digits, like 0.4"),
        (units.yes_no, "maybe", "'maybe' is neither yes nor no"),
        (units.moment, 5, "5 is not a time; write 5 h or 5 d, or a date like 2026-03-07 14:00"),
        (units.moment, "day 5 25:00", "'day 5 25:00': the clock goes from 00:00 to 23:59"),
        (units.moment, "7.3.2026", "'7.3.2026' is not a date; write it like 2026-03-07 or 2026-03-07 14:00"),
        (units.date, "2026-02-30", "'2026-02-30': there is no such day in the calendar"),
        (units.rate, "1 per 1", "'1 per 1' is not a rate; write it like 2 per day or 0.5 per h"),
        (
            units.date,
            "2026-03-07 14:00 Bonn",
            "'2026-03-07 14:00 Bonn': 'Bonn' is not a time zone; write UTC, +01:00 or Europe/Berlin",
        ),
    ],
)
def test_what_is_not_a_quantity_is_refused_in_words(reader, value, words):
    """The words follow `path: `: what was read, what is allowed, the way out."""
    with pytest.raises(ValueError) as caught:
        reader(value)
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("5 d", 120.0),
        ("day 5", 120.0),
        ("day 5 14:00", 125.0),  # the clock time on the date five days later; the start is at 9:00
        ("d 0 10:30", 1.5),
        ("2026-03-02", -9.0),
        ("2026-03-03 09:00", 24.0),
        ("2026-03-03T09:00", 24.0),
        ("2026-03-03 10:00 +01:00", 24.0),
        ("2026-03-03 10:00 Europe/Berlin", 24.0),
        ("2026-03-03 09:00Z", 24.0),
    ],
)
def test_a_moment_lies_so_many_hours_after_the_start(text, hours):
    assert units.since(units.moment(text), START) == hours


def test_summer_time_is_an_hour_that_did_not_happen():
    """Clocks in Berlin went from 2:00 to 3:00 on 29 March 2026, so noon to noon was 23 hours."""
    start = units.start_date("2026-03-28 12:00 Europe/Berlin")
    assert units.since(units.moment("2026-03-29 12:00"), start) == 23.0
    assert units.since(units.moment("day 1 12:00"), start) == 23.0
    assert units.clock_at(start, 23.0) == datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert units.clock_at(start, 24.0).hour == 13


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (132.0, "5 d 12 h"),
        (1.5, "1 h 30 min"),
        (0.0, "0 h"),
        (8760.0, "1 y"),
        (8784.0, "366 d"),
        (175200.0, "20 y"),
        (1 / 60, "1 min"),
        (0.1234, "0.1234 h"),
    ],
)
def test_hours_are_written_in_words(hours, words):
    assert units.duration_words(hours) == words


@given(st.floats(0, 1e7))
@example(0.1 + 0.2)
@example(1 / 3)
def test_times_read_back_exactly(value):
    """hours(duration_words(x)) = x, bit for bit."""
    assert units.hours(units.duration_words(value)) == value


@given(st.integers(0, 10**6))
def test_whole_minutes_have_words(minutes):
    """Whole minutes are written with units only, never as a decimal number of hours."""
    assert "." not in units.duration_words(minutes / 60)


@given(st.floats(0, 1))
def test_shares_trust_and_rates_read_back_exactly(value):
    """share(share_words(x)) = x, likewise trust and rates, bit for bit."""
    assert units.share(units.share_words(value)) == value
    assert units.trust(units.trust_words(value)) == value
    assert units.rate(units.rate_words(value)) == value


@given(st.integers(0, 1000))
def test_whole_permille_have_words(permille):
    assert isinstance(units.share_words(permille / 1000), str)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31)).map(lambda at: at.replace(microsecond=0)),
    st.sampled_from(
        [UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), timezone(timedelta(hours=-3, minutes=-30))]
    ),
)
def test_a_start_reads_back(naive, zone):
    """start_date(date_words(x)) = x, to the second; fold 0 where the clock shows a time twice."""
    start = naive.replace(tzinfo=zone)
    if start.utcoffset() % timedelta(minutes=1):
        return  # local mean times of long ago are not written with zones of whole minutes
    again = units.start_date(units.date_words(start))
    assert again == start


@given(st.text(max_size=30))
def test_no_text_breaks_a_reader(text):
    """Any text is read or refused with ValueError; nothing else comes out."""
    for reader in (
        units.hours,
        units.share,
        units.trust,
        units.rate,
        units.count,
        units.amount,
        units.moment,
        units.date,
    ):
        with contextlib.suppress(ValueError):
            reader(text)
