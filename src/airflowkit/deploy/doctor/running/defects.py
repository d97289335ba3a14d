"""Versions with known defects: a short table, each row with the issue and the release that fixes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from airflowkit.deploy.doctor.versions import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KUBERNETES: Final = "apache-airflow-providers-cncf-kubernetes"


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect of released versions.

    Attributes:
        package: The distribution.
        fixed: The first release without it.
        what: What goes wrong.
        issue: Where that is reported.
        since: The first release with it; empty where it was always there.
        of: Which tasks it concerns, as the probe calls them; empty for all.
        executor: Which executor it concerns; empty for all.
    """

    package: str
    fixed: str
    what: str
    issue: str
    since: str = ""
    of: str = ""
    executor: str = ""


DEFECTS: Final = (
    Defect(
        _KUBERNETES,
        "10.18.0",
        "a deferred task's pod runs on after execution_timeout",
        "apache/airflow#67227",
        of="timeout",
    ),
    Defect(
        _KUBERNETES,
        "10.18.1",
        "a task with init_container_logs hangs on a pod that stays Pending",
        "apache/airflow#68445",
        of="init logs",
    ),
    Defect(
        _KUBERNETES,
        "10.15.0",
        "the pod of a deferred task that is marked as failed or cleared runs on",
        "apache/airflow#62398",
        of="deferrable",
    ),
    Defect(
        _KUBERNETES,
        "10.15.0",
        "a task with XCom hangs: the sidecar on Alpine does not end",
        "apache/airflow#58931",
        of="xcom",
    ),
    Defect(
        _KUBERNETES,
        "10.12.0",
        "a deferred task waits for its whole startup timeout where the image cannot be pulled",
        "apache/airflow#59010",
        of="deferrable",
    ),
    Defect(
        _KUBERNETES,
        "10.12.0",
        "a deferred task fails with a connection from the environment",
        "apache/airflow#41706",
        of="deferrable",
    ),
    Defect(
        _KUBERNETES,
        "10.18.0",
        "the scheduler crashes when it adopts completed pods after a restart",
        "apache/airflow#67891",
        since="10.17.1",
        executor="Kubernetes",
    ),
)
"""From the provider's changelog (https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes)."""


def defects_of(
    versions: Mapping[str, str], executor: str, tasks: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[Defect, tuple[str, ...]]]:
    """Yield the defects of installed versions that concern the deployment, with the tasks that they concern."""
    for defect in DEFECTS:
        installed = versions.get(defect.package, "")
        concerned = tasks.get(defect.of, ()) if defect.of else ()
        if not installed or (defect.of and not concerned) or defect.executor not in executor:
            continue
        if numbers(defect.since) <= numbers(installed) < numbers(defect.fixed):
            yield defect, concerned
