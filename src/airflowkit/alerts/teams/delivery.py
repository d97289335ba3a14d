"""Posts a card to Teams: judges responses, retries, and keeps a time limit that no server can stretch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tenacity import Retrying, retry_if_result, stop_before_delay, wait_exponential, wait_random

from airflowkit.alerts.safety.log import log
from airflowkit.alerts.safety.timebox import within
from airflowkit.alerts.teams.answers import Answer, Proxy, Verdict, judge, network_failure
from airflowkit.alerts.teams.connection import Webhook, read_webhook
from airflowkit.alerts.teams.elements import fits, message
from airflowkit.alerts.teams.options import is_budget
from airflowkit.errors import DeliveryError, shown
from airflowkit.setting_sections import ALERT_BUDGET, DEFAULT_CONN_ID, MAX_ALERT_BUDGET

if TYPE_CHECKING:
    from tenacity import RetryCallState

_CONNECT: Final = 3.05
_BACKOFF: Final = wait_exponential(multiplier=0.5, max=3.5) + wait_random(0, 0.5)
_SCATTER: Final = wait_random(0, 0.5)
"""Added to the wait that the server asks for; else all alerts of an incident would return at once."""
_RESERVE: Final = 0.5
"""Seconds before the end of the budget in which no further attempt is started."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the delivery of a card went.

    Attributes:
        accepted: Whether Teams accepted it. 202 means queued; Teams does not confirm that it shows the card.
        attempts: How often it was posted; 0 if unknown.
        seconds: How long that took.
        status: The HTTP status of the last response, or None.
        problem: Why it was lost, or an empty string.
        hint: What to do about it.
    """

    accepted: bool
    attempts: int
    seconds: float
    status: int | None = None
    problem: str = ""
    hint: str = ""


def send_card(card: Mapping[str, Any], *, conn_id: str = DEFAULT_CONN_ID, budget: float = ALERT_BUDGET) -> Delivery:
    """Post your own Adaptive Card to Teams.

    Args:
        card: The card itself, `{"type": "AdaptiveCard", "version": "1.4", "body": […]}`; the envelope is added.
        conn_id: The Airflow connection whose password is the workflow's URL.
        budget: Seconds that this may take in total, at most 15.

    Returns:
        How the delivery went.

    Raises:
        DeliveryError: It was not delivered; the message contains no secret.

    Examples:
        >>> send_card({"type": "AdaptiveCard", "version": "1.4", "body": []})  # doctest: +SKIP
        Delivery(accepted=True, attempts=1, seconds=0.21, status=202, problem='', hint='')
    """
    if not is_budget(budget):
        raise TypeError(f"budget = {shown(budget)}: must be a number of seconds above 0")
    _refuse_unsendable(card)
    webhook = read_webhook(conn_id)
    for warning in webhook.warnings:
        log.warning("airflowkit: %s", warning)
    delivery = deliver(webhook, card, budget=budget)
    if not delivery.accepted:
        raise DeliveryError(delivery.problem, hint=delivery.hint)
    return delivery


def _refuse_unsendable(card: object) -> None:
    if not isinstance(card, Mapping):
        raise DeliveryError(f"the card is not an Adaptive Card: {shown(card)}", hint="pass the card's dictionary")
    try:
        fit = fits(card)
    except (TypeError, ValueError, RecursionError) as error:
        raise DeliveryError(f"the card cannot be written as JSON: {error}") from None
    if not fit:
        raise DeliveryError("the card is too large for Teams", hint="keep it below 20 000 bytes of JSON")


def deliver(
    webhook: Webhook, card: Mapping[str, Any], *, minimal: Mapping[str, Any] | None = None, budget: float = ALERT_BUDGET
) -> Delivery:
    """Post a card within a time limit; never raises for what the network does.

    Args:
        webhook: Where to post it.
        card: The card.
        minimal: What to send instead when Teams finds the card too large.
        budget: Seconds, at most 15.
    """
    budget = min(budget, MAX_ALERT_BUDGET)
    deadline = monotonic() + budget
    late = Delivery(
        accepted=False,
        attempts=0,
        seconds=budget,
        problem=f"no response from {webhook.host} within {budget:g} s: the card may or may not have arrived",
        hint="check that this machine may reach it, and whether it needs a proxy (extra 'proxy' of the connection)",
    )
    return within(budget, lambda: post(webhook, card, minimal, deadline)) or late


def post(webhook: Webhook, card: Mapping[str, Any], minimal: Mapping[str, Any] | None, deadline: float) -> Delivery:
    """Post a card, with retries; no attempt starts shortly before the deadline, which `deliver` enforces."""
    started = monotonic()
    try:
        answer, attempts = _with_retries(webhook, card, deadline)
        if answer.verdict is Verdict.TOO_LARGE and minimal is not None:
            answer, attempts = _post(webhook, minimal, deadline), attempts + 1
    except Exception as error:  # noqa: BLE001  our own bug must not end a thread unseen; its text may contain the URL
        answer, attempts = Answer(Verdict.REFUSED, problem=f"a bug in airflowkit: {type(error).__name__}"), 0
    accepted = answer.verdict is Verdict.ACCEPTED
    return Delivery(accepted, attempts, monotonic() - started, answer.status, answer.problem, answer.hint)


def _with_retries(webhook: Webhook, card: Mapping[str, Any], deadline: float) -> tuple[Answer, int]:
    # Gives up at once if the wait that the server asks for does not fit.
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
    """Post once, with a new connectorcard: a used one still has the previous response after a network failure."""
    import pymsteams

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
        pass  # any status but 2xx; the response says more than the exception
    except (OSError, ValueError) as error:  # requests' own are OSErrors, too
        return network_failure(error, webhook.host, _proxy(webhook))
    return judge(poster.last_http_response, webhook.host)


def _proxy(webhook: Webhook) -> Proxy | None:
    """Return the proxy that requests took: the connection's, or that of the environment."""
    import requests

    address = webhook.proxy or requests.utils.get_environ_proxies(webhook.url).get(urlsplit(webhook.url).scheme, "")
    parts = urlsplit(address if "://" in address else f"//{address}")
    if not parts.hostname:
        return None
    origin = "the connection's extra 'proxy'" if webhook.proxy else "the variable HTTPS_PROXY"
    return Proxy(f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname, origin)


def _wait(state: RetryCallState) -> float:
    answer = state.outcome.result() if state.outcome else None
    if answer is not None and answer.retry_after is not None:
        return float(answer.retry_after + _SCATTER(state))
    return float(_BACKOFF(state))


def _timed_out_twice(state: RetryCallState) -> bool:
    """Return whether to stop after a second read timeout: each time the card may have been posted anyway."""
    answer = state.outcome.result() if state.outcome else None
    return state.attempt_number > 1 and answer is not None and answer.timed_out
