"""The card of a digest: causes and owners with their tasks, the largest group first, and what is muted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.alerts.safety.text import moment, one_line
from airflowkit.alerts.teams.elements import Card, adaptive_card, fits, open_url, rich_text, text_run
from airflowkit.causes import CauseCode
from airflowkit.errors import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflowkit.alerts.teams.digest import Digest, Group, MutedRuns

_NAMED: Final = 5
"""Tasks, or DAGs, that a group names."""
_REASON: Final = 200
_NAME: Final = 120
_ENVIRONMENT: Final = 40
_BUTTONS: Final = 3
_MOST: Final = 24
"""Groups that a card shows at most."""


def digest_card(digest: Digest) -> Card:
    """Return the card of a digest; of what does not fit, the smallest groups are left out."""
    shown = range(_MOST, -1, -4)
    cards = (_card(digest, most) for most in shown)
    return next((card for card in cards if fits(card)), _card(digest, 0))


def _card(digest: Digest, most: int) -> Card:
    body = [_header(digest), *_groups(digest.groups, most), *_muted(digest.muted, most)]
    urls = [(f"{each.cause}: last run", each.url) for each in digest.groups[:_BUTTONS] if each.url]
    return adaptive_card(_headline(digest), body, [open_url(title, url) for title, url in urls])


def _headline(digest: Digest) -> str:
    place = f"[{one_line(digest.environment, _ENVIRONMENT)}] " if digest.environment else ""
    what = f"{counted(digest.runs, 'failed run')} of {counted(digest.dags, 'DAG')}" if digest.runs else "no failed run"
    return f"{place}Digest: {what}"


def _header(digest: Digest) -> Card:
    sign, style = ("🔴", "attention") if digest.runs else ("🟢", "good")
    period = f"{moment(digest.since)} to {moment(digest.until)}"
    items = [
        rich_text(text_run(f"{sign} {_headline(digest)}", weight="Bolder", size="Large")),
        rich_text(text_run(period, isSubtle=True), spacing="None"),
    ]
    return {"type": "Container", "style": style, "bleed": True, "items": items}


def _groups(groups: Sequence[Group], most: int) -> Iterator[Card]:
    for group in groups[:most]:
        yield from _group(group)
    if len(groups) > most:
        runs = sum(group.runs for group in groups[most:])
        more = f"and {counted(len(groups) - most, 'group')} more, with {counted(runs, 'run')}"
        yield rich_text(text_run(more, isSubtle=True), separator=True)


def _group(group: Group) -> Iterator[Card]:
    cause = "cause not known" if group.cause is CauseCode.UNKNOWN else f"{group.cause} ({group.cause.category})"
    owner = f"  {one_line(group.owner, _NAME)}" if group.owner else "  no owner"
    yield rich_text(
        text_run(f"{cause}  \u00d7{group.runs}", weight="Bolder"), text_run(owner, isSubtle=True), separator=True
    )
    yield rich_text(text_run(_named(group.tasks)), spacing="None")
    if group.reason:
        reason = one_line(group.reason, _REASON)
        yield rich_text(text_run(reason, fontType="Monospace", size="Small"), spacing="None")


def _muted(muted: Sequence[MutedRuns], most: int) -> Iterator[Card]:
    if muted:
        runs = sum(count for each in muted for _, count in each.dags)
        title = f"Muted: {counted(runs, 'failed run')}"
        yield rich_text(text_run(title, weight="Bolder"), separator=True)
    for each in muted[:most]:
        why = f"  until {each.mute.until}: {one_line(each.mute.reason, _REASON)}"
        yield rich_text(text_run(_named(each.dags)), text_run(why, isSubtle=True), spacing="None")
    if len(muted) > most:
        yield rich_text(text_run(f"and {len(muted) - most} more", isSubtle=True), spacing="None")


def _named(counts: Sequence[tuple[str, int]]) -> str:
    names = [f"{one_line(name, _NAME)} \u00d7{count}" for name, count in counts[:_NAMED]]
    more = [f"and {len(counts) - _NAMED} more"] if len(counts) > _NAMED else []
    return ", ".join([*names, *more])
