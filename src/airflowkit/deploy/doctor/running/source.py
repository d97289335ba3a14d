"""The source `airflow`: what its facts mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Severity
from airflowkit.deploy.doctor.findings import Finding
from airflowkit.deploy.doctor.running.defects import defects_of
from airflowkit.deploy.doctor.running.facts import SECRET_KEY, facts_of, registry_of
from airflowkit.deploy.doctor.source import Examination, Source
from airflowkit.errors import agreeing, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from airflowkit.deploy.doctor.running.facts import Facts
    from airflowkit.deploy.doctor.source import Request


def broken(facts: Facts) -> Iterator[Finding]:
    """Find what could not be asked."""
    for part in facts.broken:
        yield Finding("AD200", f"it could not be read: {part}", hint="run `airflow db check` in this environment")


def keys(facts: Facts) -> Iterator[Finding]:
    """Find keys that differ between components, as far as one of them can see."""
    for name in facts.unreadable:
        hint = "give every component the Fernet key with which it was saved, or save it again"
        yield Finding("AD201", "the Fernet key here does not decrypt it", name, hint)
    for option in facts.unset_keys:
        hint = "name a Secret in the values: airflowkit secrets"
        yield Finding("AD202", "it is not set here: each process makes a key of its own", option, hint)


def log_key(facts: Facts) -> Iterator[Finding]:
    """Find a worker that refuses the key of this component."""
    if facts.log_problem == SECRET_KEY:
        message = f"the worker that ran {facts.log_task} refuses the key of this component"
        yield Finding("AD204", message, SECRET_KEY, "give every component the same key, and compare their clocks")


def health(facts: Facts) -> Iterator[Finding]:
    """Find components that are not well."""
    for component in facts.unhealthy:
        yield Finding("AD203", "the API calls it unhealthy", component, "read the log of its pod")


def pods(facts: Facts) -> Iterator[Finding]:
    """Find two places that say where the cluster is, and sidecars that cannot be pulled."""
    if facts.kubeconfig:
        for conn_id in facts.clusters:
            message = "KUBECONFIG is set here, and the connection names a kube config, too"
            yield Finding("AD210", message, f"connection {conn_id}", "use one of the two")
    for image, tasks in facts.sidecars.items():
        registry = registry_of(image)
        if registry in facts.unreachable:
            hint = "set xcom_sidecar_container_image in the extra of the connection to an image of your own registry"
            message = (
                f"{registry} does not answer from here, and {listed(tasks)} {agreeing(len(tasks), 'pull')} from it"
            )
            yield Finding("AD211", message, f"XCom sidecar {image}", hint)


def dags(facts: Facts) -> Iterator[Finding]:
    """Find connections and pools that tasks name, and that do not exist."""
    for conn_id in facts.missing_connections:
        weight = Severity.WARNING if conn_id.endswith("_default") else Severity.ERROR
        tasks = facts.connections[conn_id]
        message = f"{listed(tasks)} {agreeing(len(tasks), 'name')} it, and it does not exist"
        hint = "airflowkit connections makes it"
        yield Finding("AD220", message, f"connection {conn_id}", hint, severity=weight)
    for pool in facts.missing_pools:
        tasks = facts.pools[pool]
        message = f"{listed(tasks)} {agreeing(len(tasks), 'name')} it, and it does not exist"
        yield Finding("AD221", message, f"pool {pool}", f"airflow pools set {pool} 4 'why'")


def alerts(facts: Facts) -> Iterator[Finding]:
    """Find alerts that cannot reach Teams."""
    if facts.teams_problem:
        hint = "correct the connection, then: airflowkit teams test"
        yield Finding("AD230", facts.teams_problem, f"connection {facts.teams}", hint)


def logs(facts: Facts) -> Iterator[Finding]:
    """Find logs that nobody can read when the pod has ended."""
    if facts.logs_lost:
        hint = "[logging] remote_logging, or a volume that all components mount at base_log_folder"
        yield Finding("AD240", "the logs of tasks are in their pods only", "[logging]", hint)
    if facts.log_problem not in {"", SECRET_KEY} and not facts.logs_lost:
        message = f"the log of the task that ended last cannot be read here: {facts.log_problem}"
        hint = "compare [logging] of this component with the worker's, and look for the log where it should be"
        yield Finding("AD241", message, facts.log_task, hint)


def versions(facts: Facts) -> Iterator[Finding]:
    """Find versions with known defects that concern this deployment."""
    for defect, tasks in defects_of(facts.versions, facts.executor, facts.pods):
        concerns = f" (concerns {listed(tasks)})" if tasks else ""
        yield Finding(
            "AD250",
            f"{defect.what}{concerns}",
            f"{defect.package} {facts.versions[defect.package]}",
            f"install {defect.fixed} or newer",
            reference=defect.issue,
        )


def _examination(codes: tuple[str, ...], judge: Callable[[Facts], Iterator[Finding]], name: str) -> Examination:
    def examine(request: Request) -> Iterator[Finding]:
        yield from judge(facts_of(request))

    return Examination(codes, examine, name)


AIRFLOW: Final = Source(
    "airflow",
    "AD200",
    (
        _examination(("AD200",), broken, "the answers"),
        _examination(("AD201", "AD202"), keys, "the keys"),
        _examination(("AD204",), log_key, "the keys"),
        _examination(("AD203",), health, "the components"),
        _examination(("AD210", "AD211"), pods, "the pods"),
        _examination(("AD220", "AD221"), dags, "what the DAGs name"),
        _examination(("AD230",), alerts, "the alerts"),
        _examination(("AD240", "AD241"), logs, "the logs"),
        _examination(("AD250",), versions, "the versions"),
    ),
)
