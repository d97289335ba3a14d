"""The source `cluster` of `doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.checks.contract import Collected, collect
from airflowkit.contract.kept import kept_contract, kept_path
from airflowkit.deploy.doctor.cluster.accounts import accounts
from airflowkit.deploy.doctor.cluster.comparison import Comparison
from airflowkit.deploy.doctor.cluster.exported import ExportedCluster, export_command
from airflowkit.deploy.doctor.cluster.live import LiveCluster
from airflowkit.deploy.doctor.codes import codes
from airflowkit.deploy.doctor.findings import Finding
from airflowkit.deploy.doctor.repository.releases import releases
from airflowkit.deploy.doctor.source import Examination, Source
from airflowkit.deploy.secrets.deployment import Deployment
from airflowkit.errors import ClusterError, NoDagFile, NothingThere, WorkersUnavailable
from airflowkit.settings import check_settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.deploy.doctor.source import Request

_RIGHTS: Final = "get on secrets, configmaps, serviceaccounts and persistentvolumeclaims, list on nodes"


def compare(request: Request) -> Iterator[Finding]:
    """Yield what the DAGs need and the cluster lacks.

    Raises:
        NothingThere: There is no cluster.
        ClusterError: It cannot be examined, or only in part.
    """
    cluster = _cluster(request)
    collected = _collected(request)
    yield from _not_imported(collected)
    namespace = request.namespace or load_settings(request.root).namespace or cluster.namespace or "airflow"
    comparison = Comparison(collected.contract, cluster, namespace, _accounts(request, cluster, namespace))
    yield from comparison.findings()
    if comparison.refused:
        what, why = ", ".join(comparison.refused), next(iter(comparison.refused.values()))
        message = f"could not examine {what} ({why})"
        raise ClusterError(message, hint=f"it takes {_RIGHTS}; or {_by_export(comparison.namespaces)}")


CLUSTER: Final = Source(
    "cluster",
    "AD300",
    (Examination(tuple(code for code, it in codes().items() if it.source == "cluster"), compare, "the cluster"),),
)


def _cluster(request: Request) -> LiveCluster | ExportedCluster:
    if request.cluster_file:
        return ExportedCluster(request.cluster_file)
    try:
        return LiveCluster(request.context)
    except NothingThere as absence:
        namespace = request.namespace or load_settings(request.root).namespace or "airflow"
        raise NothingThere(absence.message, hint=f"set KUBECONFIG, or {_by_export([namespace])}") from None


def _collected(request: Request) -> Collected:
    """Return what the DAGs need; where Airflow is not installed, or no DAG is, what the kept contract says."""
    try:
        return collect(request.root)
    except (WorkersUnavailable, NoDagFile) as error:
        kept = kept_contract(kept_path(request.root, check_settings(request.root).contract))
        if kept is None and isinstance(error, NoDagFile):
            raise NothingThere(error.message, hint=error.hint) from None
        if kept is None:
            raise
        return Collected(kept, {})


def _not_imported(collected: Collected) -> Iterator[Finding]:
    for path, reason in collected.failures.items():
        message = f"cannot be imported, so that nobody knows what its tasks need: {reason}"
        yield Finding("AD314", message, path=path, hint="see `airflowkit check`")


def _accounts(request: Request, cluster: LiveCluster | ExportedCluster, namespace: str) -> dict[str, bool]:
    """Return the accounts of the values; without values, that of this pod."""
    try:
        release = next(releases(request), None)
    except NothingThere:
        return {"": False} if cluster.is_own else {}
    if release is None or release.community:
        return {}  # the source `repository` says what is wrong
    found = accounts(Deployment(dict(release.values), request.release, namespace))
    return {f"{namespace}:{name}": only_triggers for name, only_triggers in found.items()}


def _by_export(namespaces: Iterable[str]) -> str:
    return f"judge an export by --cluster cluster.yaml; this writes names and keys only:\n{export_command(namespaces)}"
