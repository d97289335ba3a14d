"""What each task of a DAG needs of the cluster, read from the pods that it would run in."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from airflowkit.contract.needs import Need, Permission, TaskNeeds
from airflowkit.contract.permissions import permissions
from airflowkit.contract.references import references
from airflowkit.errors import message_of
from airflowkit.pods.expansion import STAND_IN, argument, elements, is_mapped, is_pod, of_element
from airflowkit.pods.schema.jinja import is_runtime_value
from airflowkit.yaml_text import document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.pods.expansion import Element

_OWN_NEEDS: Final = "contract_needs"
"""Where an operator of airflowkit says what it needs."""
_MOST_ELEMENTS: Final = 1024
"""As many elements of a mapped task as Airflow allows (`[core] max_map_length`)."""
_ELSEWHERE: Final = frozenset({"EksPodOperator", "GKEStartPodOperator", "GKEStartJobOperator", "EksCreateJobOperator"})
"""Operators that name another cluster in their arguments."""
_PROVIDER: Final = "airflow.providers.cncf.kubernetes."
_OF_A_JOB: Final = ("job_template_file", "full_job_spec")
_NAMES: Final = frozenset(
    {"secrets", "service_account_name", "image_pull_secrets", "namespace", "affinity", "priority_class_name"}
)


def needs_of_task(task: Any, path: str = "", line: int | None = None) -> TaskNeeds:
    """Return what a task, mapped or not, needs of the cluster.

    Args:
        task: Airflow's operator.
        path: The DAG file.
        line: Where that builds it.
    """
    found = _Found()
    try:
        found.add_override(argument(task, "executor_config"))
        if is_pod(task):
            found.add_pods(task)
        else:
            found.needs.update(getattr(task, _OWN_NEEDS, ()))
            found.note_other(task)
    except Exception as error:  # noqa: BLE001  foreign objects raise anything, and Kubernetes would refuse them
        found.note(f"what it needs cannot be read here: {_first_line(error)}")
    return TaskNeeds(
        dag_id=task.dag_id,
        task_id=task.task_id,
        needs=tuple(sorted(found.needs)),
        permissions=tuple(sorted(found.permissions)),
        unknown=tuple(found.unknown),
        path=path,
        line=line,
    )


class _Found:
    """What has been found of one task."""

    def __init__(self) -> None:
        self.needs: set[Need] = set()
        self.permissions: set[Permission] = set()
        self.unknown: dict[str, None] = {}

    def add_override(self, config: Any) -> None:
        """Add what the worker's own pod needs under KubernetesExecutor; nobody else reads `executor_config`."""
        if not isinstance(config, Mapping):
            return
        pod, template = config.get("pod_override"), config.get("pod_template_file")
        if type(pod).__name__ == "V1Pod":
            from airflowkit.pods.schema.models import to_manifest  # noqa: PLC0415  only for tasks with an override

            self._add_worker(to_manifest(pod))
        if isinstance(template, (str, Path)):
            self._add_template(Path(template))

    def add_pods(self, task: Any) -> None:
        """Add what the pods of a task need, as far as its elements are known."""
        for operator in self._operators(task):
            names = {cls.__name__ for cls in type(operator).__mro__}
            if elsewhere := sorted(names & _ELSEWHERE):
                self.note(f"its pod runs in another cluster ({elsewhere[0]})")
            else:
                self._add_pod(operator)
                for name in _OF_A_JOB:
                    if getattr(operator, name, None):
                        self.note(f"its {name} is not read")

    def note_other(self, task: Any) -> None:
        """Note an operator of the Kubernetes provider that starts no pod: nothing here reads its manifests."""
        operator = getattr(task, "operator_class", type(task))
        if any(cls.__module__.startswith(_PROVIDER) for cls in operator.__mro__):
            self.note(f"what {operator.__name__} does to the Kubernetes API is not read")

    def _operators(self, task: Any) -> Iterator[Any]:
        if not is_mapped(task):
            yield task
            return
        made = islice(elements(task), _MOST_ELEMENTS + 1)
        for number, element in enumerate(made):
            if number == _MOST_ELEMENTS:
                self.note(f"it has more than {_MOST_ELEMENTS} elements")
                return
            self._note_unknown(element)
            try:
                yield of_element(task, element)
            except Exception as error:  # noqa: BLE001  operators raise anything, here for want of what the run brings
                self.note(f"its operator cannot be made here: {_first_line(error)}")

    def _note_unknown(self, element: Element) -> None:
        for name in element.unknown:
            if name in _NAMES or name.endswith(("_from", "volumes", "vars", "selector", "template", "configmaps")):
                self.note(f"its {name} come from another task")
        if not element.complete:
            self.note("another task gives its elements")

    def _add_pod(self, operator: Any) -> None:
        from airflowkit.pods.render import built_pod, undecided  # noqa: PLC0415  only for files with pods

        for name in undecided(operator):
            self.note(f"its {name} are known only when it runs")
        try:
            manifest = built_pod(operator)
        except Exception as error:  # noqa: BLE001  the provider refuses in its own ways; `check` says what is wrong
            self.note(f"its pod cannot be built here: {_first_line(error)}")
            return
        namespace = (manifest.get("metadata") or {}).get("namespace") or ""
        if is_runtime_value(namespace) or namespace == STAND_IN:
            self.note(f"its namespace {namespace} is known only when it runs")
            namespace = ""
        self.needs.update(references(manifest, namespace))
        self.permissions.update(permissions(operator, namespace))

    def _add_worker(self, manifest: Mapping[str, Any]) -> None:
        namespace = (manifest.get("metadata") or {}).get("namespace") or ""
        self.needs.update(references(manifest, namespace))

    def _add_template(self, path: Path) -> None:
        """Add what a pod template of the repository needs; its path is that in the deployment's image."""
        import yaml  # only for tasks with a template

        try:
            manifest = document(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            manifest = None
        if isinstance(manifest, Mapping):
            self._add_worker(manifest)
        else:
            self.note(f"its pod_template_file {path} cannot be read here")

    def note(self, what: str) -> None:
        """Note what nobody knows before the task runs."""
        self.unknown[what] = None


def _first_line(error: Exception) -> str:
    return next(iter(message_of(error).splitlines()), "") or type(error).__name__
