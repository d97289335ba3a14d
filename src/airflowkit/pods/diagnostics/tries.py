"""How often a failed task was tried, and how often not because its retry policy saw no use in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflowkit.errors import counted
from airflowkit.pods.diagnostics.diagnosis import Diagnosis, Tries

if TYPE_CHECKING:
    from airflowkit.causes import Cause


def with_tries(diagnosis: Diagnosis, policy: Any, ti: Any) -> Diagnosis:
    """Return a diagnosis with the tries that its task has used, and a hint that begins with those that were saved.

    Args:
        diagnosis: Why this try failed.
        policy: The task's retry policy, or None.
        ti: The task instance.
    """
    used, reason = getattr(ti, "try_number", None), _ended(policy, diagnosis.cause)
    saved = tries_left(ti) if reason else 0
    tries = Tries(used, saved) if isinstance(used, int) else None
    said = f"not tried again, {reason} ({counted(saved, 'try')} saved)" if saved else ""
    return replace(diagnosis, hint="; ".join(filter(None, (said, diagnosis.hint))), tries=tries)


def tries_left(ti: Any) -> int:
    """Return how many tries are left after the one that is running; 0 where that is not known."""
    tries, current = getattr(ti, "max_tries", None), getattr(ti, "try_number", None)
    return max(0, tries + 1 - current) if isinstance(tries, int) and isinstance(current, int) else 0


def is_by_cause(policy: Any) -> bool:
    """Return whether a retry policy is a `RetryByCause`: by its name, for this to import no Airflow."""
    return any(cls.__name__ == "RetryByCause" for cls in type(policy).__mro__)


def _ended(policy: Any, cause: Cause) -> str:
    """Return why a `RetryByCause` ends a task, or an empty string."""
    if not is_by_cause(policy):
        return ""
    decision = policy.decide(cause)
    return str(decision.reason) if decision.action == "fail" else ""
