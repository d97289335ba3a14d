"""Whether the settings mute what failed: for a time, and for a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from airflowkit.alerts.facts.facts import Facts
    from airflowkit.ignores import Mute


def mute_of(facts: Facts, mutes: Iterable[Mute]) -> Mute | None:
    """Return what mutes a card, or None; a run is muted if each of its failed tasks is, those nobody knows, too.

    Args:
        facts: What the card would say.
        mutes: The entries of the settings, of which some may have expired.
    """
    today = datetime.now(UTC).date()
    holding = [mute for mute in mutes if not mute.expired(today)]
    failed = [*(task.task_id for task in facts.failed), *([""] if facts.others else [])]
    tasks = [facts.task_id] if facts.task_id else failed or [""]
    found = [next((mute for mute in holding if mute.covers(facts.dag_id, task)), None) for task in tasks]
    return found[0] if all(found) else None
