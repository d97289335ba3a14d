"""What an alert's keywords accept."""

import pytest

from airflowkit import TeamsNotifier, send_card, teams_failure
from airflowkit.errors import DeliveryError
from alerts import contexts

WRONG = [
    ("event", "failed", "one of failure, retry, success, recovery, deadline"),
    ("conn_id", 7, "text"),
    ("title", ["Orders"], "text"),
    ("message", b"late", "text"),
    ("mentions", 7, "addresses, or addresses by name"),
    ("mentions", ["a@example.com", None], "addresses, or addresses by name"),
    ("mentions", {"a": None}, "addresses, or addresses by name"),
    ("runbook", object, "text"),
    ("environment", True, "text"),
    *(("budget", value, "a number of seconds above 0") for value in ("", "10 s", 0, -1, True, float("nan"), [5], b"5")),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_wrong_value_is_an_error_at_parse_that_names_it(name, value, expected):
    with pytest.raises(TypeError) as error:
        TeamsNotifier(**{name: value})
    assert str(error.value) == f"TeamsNotifier: {name} = {value!r}: must be {expected}"


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_wrong_value_costs_no_deadline_its_card(teams, caplog, name, value, expected):
    TeamsNotifier(**{name: value}, context=contexts.of_deadline())()
    assert len(teams.requests) == 1
    assert f"{name} = {value!r}: must be {expected}" in caplog.text


@pytest.mark.parametrize("budget", [15, 600, 10**400, float("inf")])
def test_a_budget_above_the_limit_is_the_limit(budget):
    assert teams_failure(budget=budget).budget == 15


def test_a_value_that_cannot_be_shown_is_named_by_its_type():
    class Sealed:
        def __repr__(self):
            raise RuntimeError

    with pytest.raises(TypeError, match=r"conn_id = <Sealed>: must be text"):
        teams_failure(conn_id=Sealed())


@pytest.mark.parametrize(
    ("card", "said"),
    [
        (None, "the card is not an Adaptive Card: None; pass the card's dictionary"),
        ([], r"the card is not an Adaptive Card: \[\]"),
        ({"body": {1, 2}}, "the card cannot be written as JSON: Object of type set"),
        ({"body": "x" * 100_000}, "the card is too large for Teams"),
    ],
)
def test_what_is_not_a_card_is_not_sent(teams, card, said):
    with pytest.raises(DeliveryError, match=f"^{said}"):
        send_card(card)
    assert teams.requests == []


@pytest.mark.parametrize("budget", [None, "5", 0])
def test_a_card_of_your_own_needs_a_budget_above_zero(budget):
    with pytest.raises(TypeError, match=r"^budget = .*: must be a number of seconds above 0$"):
        send_card({"type": "AdaptiveCard"}, budget=budget)
