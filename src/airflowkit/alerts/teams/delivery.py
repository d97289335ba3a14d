"""A card posted to Teams: judged answers, retries, and a time limit that no server can stretch."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from tenacity import Retrying, retry_if_result, stop_before_delay, wait_exponential, wait_random

from airflowkit.alerts.safety.log import log
from airflowkit.alerts.safety.timebox import within
from airflowkit.alerts.teams.answers import Answer, Verdict, judged, network_fault
from airflowkit.alerts.teams.card import fits, message
from airflowkit.alerts.teams.connection import DEFAULT_CONN_ID, Webhook, read_webhook
from airflowkit.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tenacity import RetryCallState

BUDGET: Final = 10.0
"""Seconds that an alert may take: Airflow kills a callback after 20, and the task with it."""
LARGEST_BUDGET: Final = 15.0
_CONNECT: Final = 3.05
_BACKOFF: Final = wait_exponential(multiplier=0.5, max=3.5) + wait_random(0, 0.5)
_SCATTER: Final = wait_random(0, 0.5)
"""Added to what the server asks for: alerts of one incident would come back in one crowd."""
_RESERVE: Final = 0.5
"""Seconds before the budget's end after which no further attempt begins."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a card.

    Attributes:
        accepted: Whether Teams took it. It does not say whether it showed it: 202 means queued.
        attempts: How often it was posted; 0 where that cannot be known.
        seconds: How long that took.
        status: The last answer's HTTP status, or None.
        problem: Why it was lost, or an empty text.
        hint: What to do about it.
    """

    accepted: bool
    attempts: int
    seconds: float
    status: int | None = None
    problem: str = ""
    hint: str = ""


def send_card(card: Mapping[str, Any], *, conn_id: str = DEFAULT_CONN_ID, budget: float = BUDGET) -> Delivery:
    """Post an Adaptive Card of your own to Teams.

    Args:
        card: The card itself, `{"type": "AdaptiveCard", "version": "1.4", "body": […]}`; the envelope is added.
        conn_id: The Airflow connection whose password is the workflow's URL.
        budget: Seconds that this may take in all, at most 15.

    Returns:
        How it was delivered.

    Raises:
        DeliveryError: It was not; no secret stands in the text.

    Example:
        >>> send_card({"type": "AdaptiveCard", "version": "1.4", "body": []})  # doctest: +SKIP
        Delivery(accepted=True, attempts=1, seconds=0.21, status=202, problem='', hint='')
    """
    if not fits(card):
        raise DeliveryError("the card is too large for Teams", hint="keep it below 20 000 bytes of JSON")
    webhook = read_webhook(conn_id)
    for warning in webhook.warnings:
        log.warning("airflowkit: %s", warning)
    delivery = deliver(webhook, card, budget=budget)
    if not delivery.accepted:
        raise DeliveryError(delivery.problem, hint=delivery.hint)
    return delivery


def deliver(
    webhook: Webhook, card: Mapping[str, Any], *, minimal: Mapping[str, Any] | None = None, budget: float = BUDGET
) -> Delivery:
    """Post a card within a time limit that holds whatever the network does; never raises for what it does.

    Args:
        webhook: Where to.
        card: The card.
        minimal: What to send instead when Teams finds the card too large.
        budget: Seconds, at most 15.
    """
    budget = min(budget, LARGEST_BUDGET)
    deadline = monotonic() + budget
    late = Delivery(
        accepted=False,
        attempts=0,
        seconds=budget,
        problem=f"no answer from {webhook.host} within {budget:g} s: the card may or may not have arrived",
        hint="check that this machine may reach it, and whether it needs a proxy (extra 'proxy' of the connection)",
    )
    return within(budget, lambda: post(webhook, card, minimal, deadline)) or late


def post(webhook: Webhook, card: Mapping[str, Any], minimal: Mapping[str, Any] | None, deadline: float) -> Delivery:
    """Post a card, with retries; no attempt begins shortly before the deadline. `deliver` keeps the time for sure."""
    started = monotonic()
    try:
        answer, attempts = _with_retries(webhook, card, deadline)
        if answer.verdict is Verdict.TOO_LARGE and minimal is not None:
            answer, attempts = _post(webhook, minimal, deadline), attempts + 1
    except Exception as error:  # noqa: BLE001  an own fault must not end a thread unseen; its text may hold the URL
        answer, attempts = Answer(Verdict.REFUSED, problem=f"a fault of airflowkit's own: {type(error).__name__}"), 0
    accepted = answer.verdict is Verdict.ACCEPTED
    return Delivery(accepted, attempts, monotonic() - started, answer.status, answer.problem, answer.hint)


def _with_retries(webhook: Webhook, card: Mapping[str, Any], deadline: float) -> tuple[Answer, int]:
    # Gives up at once when what the server asks to wait does not fit.
    too_late = stop_before_delay(max(0.0, deadline - monotonic() - _RESERVE))
    retrying = Retrying(
        retry=retry_if_result(lambda answer: answer.verdict is Verdict.TRANSIENT),
        wait=_wait,
        stop=lambda state: too_late(state) or _timed_out_twice(state),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    answer: Answer = retrying(_post, webhook, card, deadline)
    return answer, retrying.statistics["attempt_number"]


def _post(webhook: Webhook, card: Mapping[str, Any], deadline: float) -> Answer:
    """Post once. A new connectorcard each time: a used one still shows the answer before a network fault."""
    import pymsteams
    import requests

    left = max(0.1, deadline - monotonic())
    poster = pymsteams.connectorcard(
        webhook.url,
        http_proxy=webhook.proxy or None,
        https_proxy=webhook.proxy or None,
        http_timeout=(min(_CONNECT, left), min(webhook.timeout, left)),
        verify=webhook.verify,
    )
    poster.payload = message(dict(card))
    try:
        poster.send()
    except pymsteams.TeamsWebhookException:
        pass  # any status but 2xx; its text is the server's, the response says more
    except (requests.RequestException, ValueError) as error:
        return network_fault(error, webhook.host)
    return judged(poster.last_http_response, webhook.host)


def _wait(state: RetryCallState) -> float:
    answer = state.outcome.result() if state.outcome else None
    if answer is not None and answer.retry_after is not None:
        return float(answer.retry_after + _SCATTER(state))
    return float(_BACKOFF(state))


def _timed_out_twice(state: RetryCallState) -> bool:
    """Whether to stop after a second read timeout: each of them may have posted the card all the same."""
    answer = state.outcome.result() if state.outcome else None
    return state.attempt_number > 1 and answer is not None and answer.timed_out
