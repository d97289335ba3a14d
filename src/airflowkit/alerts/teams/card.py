"""An Adaptive Card from facts: what failed, where, why and since when, whether it is retried, whose it is, links."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from airflowkit.alerts.facts.facts import Event, Facts, FailedTask
from airflowkit.alerts.safety.text import duration, moment, shortened
from airflowkit.alerts.teams.elements import Card, adaptive_card, fits, monospace, open_url, rich_text, row, text_run
from airflowkit.causes import CauseCode
from airflowkit.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflowkit.pods.diagnostics.diagnosis import Diagnosis

_LISTED: Final = 8
_INDEXES: Final = 5
_SHORT: Final = 200
_MENTIONED: Final = 20

_LOOK: Final = {
    Event.FAILURE: ("attention", "🔴", "failed"),
    Event.RETRY: ("warning", "🟠", "failed"),
    Event.SUCCESS: ("good", "🟢", "succeeded"),
    Event.RECOVERY: ("good", "🟢", "recovered"),
    Event.DEADLINE: ("warning", "⏰", "missed its deadline"),
}


def fitting_card(facts: Facts) -> Card:
    """Return the fullest card that fits; the least important facts are dropped first."""
    cards = (build_card(fewer) for fewer in _reduced(facts))
    return next((card for card in cards if fits(card)), minimal_card(facts))


def build_card(facts: Facts) -> Card:
    """Return the card with all facts."""
    body = [_header(facts), *_why(facts), *_message(facts), *_facts(facts), *_details(facts)]
    entities = [
        {"type": "mention", "text": _at(name), "mentioned": {"id": address, "name": name}}
        for name, address in _mentions(facts)
    ]
    return _card(facts, body, _actions(facts), {"entities": entities} if entities else {})


def minimal_card(facts: Facts) -> Card:
    """Return the smallest card that still says what failed and where."""
    least = Facts(
        event=facts.event,
        dag_id=shortened(facts.dag_id, _SHORT),
        task_id=shortened(facts.task_id, _SHORT),
        environment=shortened(facts.environment, _SHORT),
        title=shortened(facts.title, _SHORT),
        log_url=_short_link(facts.log_url),
        run_url=_short_link(facts.run_url),
    )
    run = [rich_text(text_run(shortened(facts.run_id, _SHORT), isSubtle=True))] if facts.run_id else []
    return _card(least, [_header(least), *run], _actions(least), {})


def headline(facts: Facts) -> str:
    """Return a card's first line, such as `[PROD] Task failed: load_orders`."""
    place = f"[{facts.environment}] " if facts.environment else ""
    subject = facts.task_id or facts.dag_id or "unknown"
    index = f"[{facts.map_index}]" if facts.map_index else ""
    kind = "Task" if facts.task_id else "Run"
    return f"{place}{facts.title}" if facts.title else f"{place}{kind} {_LOOK[facts.event][2]}: {subject}{index}"


def _reduced(facts: Facts) -> Iterator[Facts]:
    """Yield the facts, then fewer and fewer of them, the least important dropped first."""
    yield facts
    facts = replace(facts, traceback="")
    yield facts
    facts = replace(facts, host="", run_type="", logical_date=None, runbook=_short_link(facts.runbook))
    yield facts
    facts = replace(facts, message="")
    yield facts
    yield replace(
        facts,
        diagnosis=_shortened(facts.diagnosis),
        failed=tuple(replace(task, diagnosis=_shortened(task.diagnosis)) for task in facts.failed),
    )


def _shortened(diagnosis: Diagnosis | None) -> Diagnosis | None:
    return diagnosis and replace(diagnosis, reason=shortened(diagnosis.reason, _SHORT), log_tail=())


def _short_link(url: str) -> str:
    """Return a link unless it alone would fill the card."""
    return url if len(url) <= 10 * _SHORT else ""


def _card(facts: Facts, body: list[Card], actions: list[Card], teams: Card) -> Card:
    return adaptive_card(" · ".join((headline(facts), *_where(facts))), body, actions, teams)


def _header(facts: Facts) -> Card:
    style, sign, _ = _LOOK[facts.event]
    where = " · ".join(_where(facts))
    items = [
        rich_text(text_run(f"{sign} {headline(facts)}", weight="Bolder", size="Large")),
        *([rich_text(text_run(where, isSubtle=True), spacing="None")] if where else []),
        *([_mention_line(facts)] if facts.mentions else []),
    ]
    return {"type": "Container", "style": style, "bleed": True, "items": items}


def _where(facts: Facts) -> list[str]:
    """Return where it happened, which try it was, and whether Airflow retries."""
    parts = [facts.dag_id] if facts.task_id or facts.title else []
    parts += [facts.task_id] if facts.title else []
    if facts.try_number is not None:
        parts.append(f"try {facts.try_number} of {facts.tries}" if facts.tries else f"try {facts.try_number}")
    if facts.will_retry is not None:
        parts.append("will be retried" if facts.will_retry else "will not be retried")
    if facts.failed:
        parts += [counted(len(facts.failed), "task") + " failed", _tries(facts.failed)]
    if facts.not_run:
        parts.append(f"{counted(facts.not_run, 'task')} did not run because of it")
    return [part for part in parts if part]


def _tries(failed: Sequence[FailedTask]) -> str:
    """Return how often the failed tasks were tried, and how often not because that could not help."""
    known = [task.tries for task in failed if task.tries]
    if not known:
        return ""
    used, saved = sum(tries.used for tries in known), sum(tries.saved for tries in known)
    least = "" if all(task.counted for task in failed) else "at least "
    return f"{least}{counted(used, 'try')} used{f', {saved} saved' if saved else ''}"


def _why(facts: Facts) -> Iterator[Card]:
    if facts.reason:
        yield rich_text(text_run(facts.reason))
    if facts.diagnosis:
        yield from _diagnosis(facts.diagnosis)
    for task in facts.failed[:_LISTED]:
        yield from _failed(task)
    if len(facts.failed) > _LISTED:
        yield rich_text(text_run(f"and {counted(len(facts.failed) - _LISTED, 'task')} more", isSubtle=True))


def _failed(task: FailedTask) -> Iterator[Card]:
    count = f"  \u00d7{len(task.map_indexes)}" if task.map_indexes else ""
    first = ", ".join(str(index) for index in task.map_indexes[:_INDEXES])
    more = ", …" if len(task.map_indexes) > _INDEXES else ""
    where = [text_run(f"  (map index {first}{more})", isSubtle=True)] if first else []
    yield rich_text(text_run(f"{task.task_id}{count}", weight="Bolder"), *where, separator=True)
    if task.diagnosis:
        yield from _diagnosis(task.diagnosis)
    else:
        yield rich_text(text_run("Its log says why.", isSubtle=True), spacing="None")


def _diagnosis(diagnosis: Diagnosis) -> Iterator[Card]:
    yield from monospace(diagnosis.reason)
    if diagnosis.code is not CauseCode.UNKNOWN:
        cause = f"cause: {diagnosis.code} ({diagnosis.code.category})"
        yield rich_text(text_run(cause, isSubtle=True, size="Small"), spacing="None")
    if diagnosis.hint:
        yield rich_text(text_run("→ "), text_run(diagnosis.hint), spacing="Small")
    if diagnosis.log_tail:
        yield rich_text(text_run("Last lines of the log", isSubtle=True, size="Small"), spacing="Small")
        yield from monospace("\n".join(diagnosis.log_tail))


def _message(facts: Facts) -> Iterator[Card]:
    for line in filter(None, facts.message.splitlines()):
        yield rich_text(text_run(line))


def _facts(facts: Facts) -> Iterator[Card]:
    facts_of_run = {
        "Run": facts.run_id if facts.run_id.startswith(facts.run_type) else f"{facts.run_id} ({facts.run_type})",
        "Logical date": moment(facts.logical_date) if facts.logical_date else "",
        "Deadline": moment(facts.deadline) if facts.deadline else "",
        "Started": moment(facts.started) if facts.started else "",
        "Running for" if facts.event is Event.DEADLINE else "Duration": duration(facts.lasted) if facts.lasted else "",
        "Owner": ", ".join(facts.owners),
        "Host": facts.host,
    }
    shown = [(title, value) for title, value in facts_of_run.items() if value]
    for number, (title, value) in enumerate(shown):
        yield row(title, value, separator=not number, spacing="None" if number else "Default")


def _details(facts: Facts) -> Iterator[Card]:
    if facts.traceback:
        items = list(monospace(facts.traceback))
        yield {"type": "Container", "id": "traceback", "isVisible": False, "items": items}


def _actions(facts: Facts) -> list[Card]:
    urls = {"Open log": facts.log_url, "Open run": facts.run_url, "Runbook": facts.runbook}
    actions: list[Card] = [open_url(title, url) for title, url in urls.items() if url]
    if facts.traceback:
        actions.append({"type": "Action.ToggleVisibility", "title": "Traceback", "targetElements": ["traceback"]})
    return actions


def _mention_line(facts: Facts) -> Card:
    names = " ".join(_at(name) for name, _ in _mentions(facts))
    return {"type": "TextBlock", "text": names, "wrap": True, "spacing": "Small"}


def _mentions(facts: Facts) -> list[tuple[str, str]]:
    """Return names and addresses; an angle bracket in a name would end the mention early."""
    cleaned = ((mention.name.translate(_NO_BRACKETS).strip(), mention.address) for mention in facts.mentions)
    return [(name or address, address) for name, address in cleaned][:_MENTIONED]


_NO_BRACKETS: Final = str.maketrans("", "", "<>&\"'")


def _at(name: str) -> str:
    return f"<at>{name}</at>"
