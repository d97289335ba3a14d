"""More memory for the next try of a pod that ran out of it, and for no other.

What an earlier try died of is kept where Airflow keeps the state of a task from one try to the next, from 3.3 on. It
stays there when the task is cleared: what is kept therefore also says to which tries it belongs.
"""

from __future__ import annotations

import logging
from copy import copy
from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import task_state
from airflowkit.causes import CauseCode
from airflowkit.pods.diagnostics.tries import tries_left
from airflowkit.pods.schema.quantities import parse_quantity, quantity_fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflowkit.causes import Cause
    from airflowkit.pods.spec.memory_steps import MemorySteps

log: Final = logging.getLogger("airflowkit.pods")
STATE: Final = "airflowkit_memory_step"
"""The key of a task's state."""
_ANNOTATION: Final = "airflowkit/memory-after-oom"
"""The annotation of a pod that has more memory than its task asks for at first."""


def step_of(steps: MemorySteps, context: Any) -> int:
    """Return how many steps up a try is; 0 where no earlier one ran out of memory."""
    if context["ti"].try_number <= 1:
        return 0
    try:
        kept = _kept(context)
        return min(int(kept["step"]), len(steps.usable)) if _belongs(kept, context) else 0
    except Exception as error:  # noqa: BLE001  other things may have written it, and a store may fail
        log.warning("airflowkit: cannot read whether an earlier try ran out of memory (%s)", type(error).__name__)
        return 0


def raise_memory(pod: Any, base: str, steps: MemorySteps, context: Any) -> None:
    """Give a pod the memory of its try, in request and limit; never less than it has."""
    step = step_of(steps, context)
    if not step:
        return
    memory = steps.usable[step - 1]
    container = next((each for each in pod.spec.containers if each.name == base), pod.spec.containers[0])
    resources = copy(container.resources)
    if parse_quantity(str((resources.limits or {}).get("memory", 0))) >= parse_quantity(memory):
        return
    resources.limits = {**(resources.limits or {}), "memory": memory}
    resources.requests = {**(resources.requests or {}), "memory": memory}
    container.resources = resources
    pod.metadata.annotations = {**(pod.metadata.annotations or {}), _ANNOTATION: memory}
    log.info("An earlier try ran out of memory: this one has %s", _named(steps, step))


def memory_limit(pod: Mapping[str, Any] | None, base: str) -> str:
    """Return the memory limit that the base container of a pod had; empty where nobody knows it."""
    containers: Sequence[Mapping[str, Any]] = pod["spec"]["containers"] if pod else ()
    container: Mapping[str, Any] = next((each for each in containers if each["name"] == base), {})
    limits = (container.get("resources") or {}).get("limits") or {}
    memory = str(limits.get("memory", ""))
    return "" if quantity_fault(memory) else memory


def after_failure(steps: MemorySteps, cause: Cause, base: str, context: Any, *, ended: bool, memory: str = "") -> str:
    """Note for the next try what this one died of; return what becomes of the memory, in words.

    Args:
        steps: The task's steps.
        cause: Why this try failed.
        base: The name of the container that the steps are for.
        context: The task's context.
        ended: Whether the task's retry policy ends it.
        memory: What this try's pod had: more than a step, where a template says so.
    """
    step, left = step_of(steps, context), 0 if ended else tries_left(context["ti"])
    ran_out = cause.code is CauseCode.OUT_OF_MEMORY and cause.container in {"", base}
    following = min(step + 1, len(steps.usable)) if ran_out else step
    obstacle = _keep(following, context) if following and left else ""
    if following and memory and _has_more(memory, steps, step, following):
        return f"memory_after_oom has no step above the {memory} that this try had" if ran_out and left else ""
    if ended or following == step:
        return f"this try had {_named(steps, step)}" if step else ""
    if obstacle:
        return f"the next try has no more memory: {obstacle}"
    return f"{'the next try has' if left else 'no try is left for'} {_named(steps, following)}"


def _has_more(memory: str, steps: MemorySteps, step: int, following: int) -> bool:
    """Return whether a pod had more than its step, and no less than the next: `raise_memory` then changes nothing."""
    had = parse_quantity(memory)
    beyond = not step or had > parse_quantity(steps.usable[step - 1])
    return beyond and had >= parse_quantity(steps.usable[following - 1])


def _named(steps: MemorySteps, step: int) -> str:
    number = len(steps.usable)
    return f"{steps.usable[step - 1]}, step {step} of {number} of memory_after_oom"


def _kept(context: Any) -> Any:
    store = task_state(context)
    return store.get(STATE) if store is not None else None


def _keep(step: int, context: Any) -> str:
    """Keep the next try's step; return why that is not possible, or an empty string."""
    store, ti = task_state(context), context["ti"]
    if store is None:
        return "memory_after_oom needs Airflow 3.3"
    kept = {"step": step, "try": ti.try_number, "max_tries": ti.max_tries, "clears": _clears(context)}
    try:
        store.set(STATE, kept)
    except Exception as error:  # noqa: BLE001  the try's own failure is what counts
        return f"Airflow did not keep what this one died of ({type(error).__name__})"
    return ""


def _belongs(kept: Any, context: Any) -> bool:
    """Return whether what is kept is of a try before this one, with no clearing between them.

    Airflow gives a cleared task more `max_tries`, unless it was running: then its last try could keep nothing.
    """
    ti = context["ti"]
    if not kept or kept["max_tries"] != ti.max_tries:
        return False
    return bool(kept["try"] == ti.try_number - 1 or kept["clears"] == _clears(context))


def _clears(context: Any) -> int:
    """Return how often tasks of the run were cleared."""
    return getattr(context.get("dag_run"), "clear_number", 0) or 0
