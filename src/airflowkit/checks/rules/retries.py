"""AK340 to AK342: retries and the policy that decides about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from airflowkit.causes import Category, Cause, CauseCode
from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.pod_view import effective, is_checked
from airflowkit.checks.model.rule import TaskSubject, task_rule
from airflowkit.errors import shown
from airflowkit.pods.diagnostics.tries import is_by_cause
from airflowkit.pods.expansion import argument

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OF_ANY_TASK: Final = frozenset(
    {CauseCode.TEMPLATE, CauseCode.CONNECTION_INVALID, CauseCode.EXCEPTION, CauseCode.UNKNOWN}
)
"""What the type of an exception can say, of whatever task."""
_ONLY_WITH: Final[Mapping[CauseCode, str]] = {
    CauseCode.DEADLINE: "active_deadline_seconds",
    CauseCode.EXECUTION_TIMEOUT: "execution_timeout",
    CauseCode.INIT_FAILED: "init_containers",
    CauseCode.TRIGGER_FAILED: "deferrable",
    CauseCode.XCOM_INVALID: "do_xcom_push",
}
"""The causes that a task can have only with an argument."""


@task_rule("AK340", "retry-policy-without-retries", Severity.WARNING)
def retry_policy_without_retries(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a task with a retry policy has retries.

    ## Why it matters
    A retry policy ends a task early or delays its next try. It never adds tries: without `retries` it decides nothing,
    and a lost node fails the task that was meant to be tried again.

    ## How to fix it
    Set `retries`, or leave the policy out: `retry_policy=None` where `default_args` or `airflowkit.toml` has one. A
    task that sets `retries=0` although `default_args` has both is left alone.
    """
    operator, policy, retries = _decided(task)
    if retries or not _is_policy(policy):
        return
    inherited = getattr(task.dag, "default_args", None) or {}
    if policy is not inherited.get("retry_policy") or not inherited.get("retries"):
        name = type(policy).__name__
        yield Fault(f"has a retry policy, {name}, and no retries: it decides nothing", _hint_for(operator))


@task_rule("AK341", "retries-never-used", Severity.WARNING)
def retries_never_used(task: TaskSubject) -> Iterator[Fault]:
    """Checks that a task with retries can die of something that its `RetryByCause` does not end it for.

    ## Why it matters
    Whoever reads `retries=3` counts on it. If the policy ends the task whatever it dies of, a retry follows only when
    the worker itself is lost.

    ## How to fix it
    Take what may be tried again out of `never`, or leave the policy and `retries` out. A task without a pod dies of
    `template`, `execution-timeout`, `exception` or, where Airflow's own exceptions do not say more, `unknown`.
    """
    operator, policy, retries = _decided(task)
    if retries and is_by_cause(policy) and _ends_all(policy, _causes(operator)):
        message = f"has retries={retries}, and a policy that ends it whatever it dies of"
        yield Fault(message, "take something out of never, or set retries=0")


@task_rule("AK342", "retry-policy-that-is-none", Severity.ERROR)
def retry_policy_that_is_none(task: TaskSubject) -> Iterator[Fault]:
    """Checks that what a task has as `retry_policy` is a policy.

    ## Why it matters
    Airflow 3.3 takes any value when the DAG is parsed. After each failed try it asks the value, writes a traceback to
    the task's log, and goes on as without a policy: a missing Secret is tried again and again.

    ## How to fix it
    Write `RetryByCause()`, with parentheses. `"by-cause"` is for `pod_task`, `default_args(...)` and `airflowkit.toml`;
    the `default_args` of a DAG pass it to every other operator as it is.
    """
    _, policy, _ = _decided(task)
    if policy is not None and not _is_policy(policy):
        is_class = isinstance(policy, type)
        given, meant = policy.__name__ if is_class else shown(policy), "RetryByCause"
        if is_class and hasattr(policy, "evaluate"):
            meant = given
        yield Fault(f"has retry_policy = {given}, which is not a policy", f"write {meant}()")


RULES: Final = (retry_policy_without_retries, retries_never_used, retry_policy_that_is_none)


def _is_policy(value: Any) -> bool:
    return not isinstance(value, type) and callable(getattr(value, "evaluate", None))


def _decided(task: TaskSubject) -> tuple[Any, Any, Any]:
    """Return the operator, its policy and its retries, which are the same for all elements of a mapped task."""
    operator = task.pods[0].operator if task.pods and is_checked(task.task) else task.task
    return operator, argument(operator, "retry_policy"), argument(operator, "retries")


def _hint_for(operator: Any) -> str:
    """Return what to do, by where the policy is from."""
    layers: Any = getattr(operator, "pod_layers", ())
    setter = next((layer.name for layer in reversed(layers[:-2]) if layer.values.get("retry_policy")), "")
    given = bool(layers) and layers[-1].values.get("retry_policy") is not None
    return f"set retries, or retry_policy=None: {setter} has it" if setter and not given else "set retries"


def _causes(operator: Any) -> frozenset[CauseCode]:
    """Return what a task may die of, as far as its policy is asked; people end a task for good."""
    every = CauseCode if is_checked(operator) else (*_OF_ANY_TASK, CauseCode.EXECUTION_TIMEOUT)
    return frozenset(
        code
        for code in every
        if code.category is not Category.HUMAN and (code not in _ONLY_WITH or effective(operator, _ONLY_WITH[code]))
    )


def _ends_all(policy: Any, causes: frozenset[CauseCode]) -> bool:
    if any(name.partition(":")[0] in causes for name in policy.always):
        return False
    return all(policy.decide(Cause(code, "")).action == "fail" for code in causes)
