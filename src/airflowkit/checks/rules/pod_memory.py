"""AK418: more memory for the next try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit._airflow import airflow_version, has_retry_policies
from airflowkit.causes import Cause, CauseCode
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_rule import pod_rule
from airflowkit.errors import counted, listed
from airflowkit.pods.diagnostics.tries import is_by_cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.checks.model.pod_view import Pod

_NEVER: Final = "memory_after_oom is never used: its retry policy ends the task when it runs out of memory"


@pod_rule("AK418", "memory-step-never-used", Severity.WARNING)
def memory_step_never_used(pod: Pod) -> Iterator[Fault]:
    """Checks that each step of `memory_after_oom` can be reached.

    ## Why it matters
    A step that no try reaches reads like a promise: the task fails for want of memory, and everybody believes that it
    had the last step. A step beyond `[retry] max_memory` is left out, one that needs more retries than there are never
    comes, a policy that never tries again after `out-of-memory` leads to none of them, nor does Airflow before 3.3.

    ## How to fix it
    Raise `retries` to the number of steps, or shorten the list. Ask those who look after the cluster for a higher
    `max_memory` if the work needs it.
    """
    steps = getattr(pod.operator, "memory_steps", None)
    if steps is None:
        return
    if not has_retry_policies():
        version = ".".join(map(str, airflow_version()))
        yield Fault(f"memory_after_oom does nothing on Airflow {version}", "upgrade to Airflow 3.3, or raise memory")
        return
    if beyond := [step for step in steps.given if step not in steps.usable]:
        hint = f"stay within {steps.limit}"
        yield Fault(f"memory_after_oom has {listed(beyond)}, beyond [retry] max_memory, {steps.limit}", hint)
    if _never_after_oom(pod.operator.retry_policy):
        named = [name for name in pod.operator.retry_policy.never if name.partition(":")[0] == CauseCode.OUT_OF_MEMORY]
        yield Fault(_NEVER, f"take {listed(named)} out of never")
    elif (retries := pod.operator.retries or 0) < (number := len(steps.usable)):
        message = f"memory_after_oom has {counted(number, 'step')}, and retries={retries} leads to fewer"
        yield Fault(message, f"set retries={number}, or leave steps out")


RULES: Final = (memory_step_never_used,)


def _never_after_oom(policy: Any) -> bool:
    killed = Cause(CauseCode.OUT_OF_MEMORY, "", exit_code=137)
    return is_by_cause(policy) and policy.decide(killed).action == "fail"
