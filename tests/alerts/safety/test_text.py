"""Foreign text: clean and short; and times in words."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from airflowkit.alerts.safety.text import duration, one_line, presentable, shortened


@pytest.mark.parametrize("piece", ["x", "password", "://", "sig=", "'value': '", "\x1b[", "<at", "bearer ", "=\\'"])
def test_no_text_however_long_or_hostile_takes_long(piece):
    presentable("", 1)  # imports Airflow
    started = time.process_time()
    assert len(presentable(piece * 1_000_000, 500)) <= 500
    assert time.process_time() - started < 2


def test_control_characters_colours_and_lone_surrogates_go():
    assert presentable("\x1b[31mred\x1b[0m\x00 \ud800end\r\nnext", 100) == "red end\nnext"


def test_text_is_cut_with_an_ellipsis():
    assert shortened("abcdef", 4) == "abc…"
    assert shortened("abcd", 4) == "abcd"


def test_one_line_is_the_first_that_says_something():
    assert one_line("\n\n  broken  \nmore", 100) == "broken"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=59.4), "59 s"),
        (timedelta(seconds=252), "4 m 12 s"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=26, minutes=5, seconds=7), "1 d 2 h"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_durations_are_shown_in_their_two_largest_units(length, words):
    assert duration(length) == words
