"""The words of a card."""

from __future__ import annotations

from dataclasses import replace

from airflowkit.alerts.facts.facts import Mention
from airflowkit.alerts.teams.card import build_card
from airflowkit.alerts.teams.plain_text import lines_of
from alerts.incidents import TASK


def test_a_card_is_read_from_the_top_with_a_row_in_a_line():
    lines = lines_of(build_card(replace(TASK, mentions=(Mention("On-call", "oncall@example.com"),))))
    assert lines[0] == "🔴 [PROD] Task failed: load_orders"
    assert lines[1].startswith("orders_daily · try 3 of 3")
    assert lines[2] == "On-call"
    assert "Owner: data-eng" in lines


def test_what_a_card_hides_until_it_is_asked_for_is_left_out():
    assert TASK.traceback
    lines = lines_of(build_card(TASK))
    assert TASK.traceback.splitlines()[-1].strip() not in lines
