"""Mapped tasks: `pod_task.partial(…).expand(…)`, checked for what is known when the DAG is parsed.

Airflow makes the operators during the run, through `CheckedPodOperator`, which checks again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from airflow.providers.common.compat.sdk import XComArg

from airflowkit.errors import PodSpecError, Problem
from airflowkit.pods.operator.operator import CheckedPodOperator
from airflowkit.pods.schema.faults import MISSING
from airflowkit.pods.schema.jinja import RUNTIME
from airflowkit.pods.spec.installed import KNOWN
from airflowkit.pods.spec.layers import airflow_defaults
from airflowkit.pods.spec.operator_call import checked_spec, settings_of
from airflowkit.pods.spec.operator_options import option_faults
from airflowkit.pods.spec.shorthands import expand_resources

if TYPE_CHECKING:
    from airflow.sdk.definitions.mappedoperator import MappedOperator


_CONVERTED: Final = ("max_retry_delay", "pool_slots", "retries", "retry_delay")
"""What Airflow's `partial` converts at once, and fails at without a word of the task."""


def _refuse_unconvertible(keywords: Mapping[str, Any], task_id: str) -> None:
    faults = option_faults({name: keywords[name] for name in _CONVERTED if name in keywords})
    if problems := [replace(fault.as_problem(), task_id=task_id) for fault in faults]:
        raise PodSpecError(problems)


def _accept(*_: Any) -> Any:
    """Accept a value that is checked elsewhere."""
    return MISSING


class MappedPod:
    """What the mapped tasks of a `pod_task.partial(…)` have in common.

    Args:
        task_id: The task's id.
        keywords: The keywords of `partial`.
    """

    def __init__(self, task_id: str, keywords: Mapping[str, Any]) -> None:
        self._keywords = dict(keywords)
        self._task_id = task_id
        known = {name: value for name, value in keywords.items() if name in KNOWN}
        _refuse_unconvertible(known, task_id)
        settings = settings_of(keywords.get("dag"))
        # The rest stays as it is: Airflow makes each operator with these keywords, which converts them.
        expanded = expand_resources(known, settings, _accept)
        self._partial = CheckedPodOperator.partial(task_id=task_id, **expanded)
        if "memory_after_oom" not in expanded:  # that of default_args goes with the memory there
            self._partial.kwargs.pop("memory_after_oom", None)
        # Airflow 2 adds `resources=None`, which to a pod means: none, whatever airflowkit.toml says.
        self._partial.kwargs.pop("resources", None)

    def expand(self, **mapped: Any) -> MappedOperator:
        """Return the mapped task: one for each element of the keywords given here.

        Args:
            **mapped: Lists, or other tasks' outputs.

        Raises:
            PodSpecError: What is known at parse is wrong.
        """
        unknown = dict.fromkeys(mapped, RUNTIME)
        elements = (
            {name: element}
            for name, values in mapped.items()
            if isinstance(values, (list, tuple))
            for element in values
        )
        outputs = self._check(unknown, *(unknown | element for element in elements))
        return _downstream_of(outputs, self._partial.expand(**self._with_amounts(mapped)))

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> MappedOperator:
        """Return the mapped task: one for each dictionary of keywords.

        Args:
            kwargs: A list of dictionaries, or another task's output.
            strict: Whether a keyword that `partial` has too is an error.

        Raises:
            PodSpecError: What is known at parse is wrong.
        """
        known = [item for item in kwargs if isinstance(item, Mapping)] if isinstance(kwargs, Sequence) else []
        outputs = self._check(*known)
        return _downstream_of(outputs, self._partial.expand_kwargs(kwargs, strict=strict))

    def _with_amounts(self, mapped: Mapping[str, Any]) -> dict[str, Any]:
        """Return keywords with a list of `resources` as `container_resources`: Airflow has its own `resources`."""
        values = dict(mapped)
        if isinstance(values.get("resources"), (list, tuple)):
            settings = settings_of(self._partial.kwargs["dag"])
            sizes = [expand_resources({"resources": size}, settings, _accept) for size in values.pop("resources")]
            if any("memory_after_oom" in size for size in sizes):
                hint = "write expand_kwargs([{'resources': Resources(…)}, …]), or one list for all in partial"
                problem = Problem("resources", "", "expand() takes no memory_after_oom", hint, task_id=self._task_id)
                raise PodSpecError([problem])
            values["container_resources"] = [size["container_resources"] for size in sizes]
        return values

    def _check(self, *variants: Mapping[str, Any]) -> list[Any]:
        """Check the pod of each variant, and return the other tasks' outputs in them."""
        self._partial._expand_called = True  # noqa: SLF001
        dag, group = self._partial.kwargs["dag"], self._partial.kwargs["task_group"]
        of_the_task = {
            "dag": dag,
            "task_group": group,
            "task_id": self._task_id,
            "default_args": airflow_defaults(dag, group),
        }
        specs = [checked_spec({**self._keywords, **variant, **of_the_task}) for variant in variants]
        return [output for spec in specs for output in spec.upstream]


def _downstream_of(outputs: list[Any], mapped: MappedOperator) -> MappedOperator:
    """Set the upstreams that Airflow does not see within Kubernetes' objects."""
    for output in outputs:
        XComArg.apply_upstream_relationship(mapped, output)
    return mapped
