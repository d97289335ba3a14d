"""What a values file means to the official chart 1.22: its defaults, and what is switched on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit.deploy.values.lookup import value_at

if TYPE_CHECKING:
    from airflowkit.deploy.values.files import Values

_OFF: Final = frozenset(
    {
        "flower", "pgbouncer", "elasticsearch", "opensearch", "cleanup", "databaseCleanup", "kerberos",
        "dags.gitSync", "ingress.apiServer", "ingress.web", "ingress.flower", "ingress.statsd", "ingress.pgbouncer",
    }
)  # fmt: skip
"""What the chart's values.yaml disables by default."""
_TEMPLATE: Final = re.compile(r"\{\{-?\s*\.Release\.(Name|Namespace)\s*-?\}\}")


@dataclass(frozen=True, slots=True)
class Deployment:
    """The values of a release.

    Attributes:
        values: The values, all files merged.
        release: The name of the Helm release.
        namespace: Its namespace.
    """

    values: Values
    release: str = "airflow"
    namespace: str = "airflow"

    def value(self, path: str, default: Any = None) -> Any:
        """Return the value at a dotted path, or the default where there is none."""
        return value_at(self.values, path, default)

    def enabled(self, path: str) -> bool:
        """Return whether the chart renders a component."""
        fitting = {
            "flower": self.celery,
            "redis": self.celery,
            "workers.celery": self.celery,
            "workers.kubernetes": self.kubernetes,
            "webserver": not self.airflow_3,
            "ingress.web": not self.airflow_3,
            "apiServer": self.airflow_3,
            "ingress.apiServer": self.airflow_3,
        }.get(path, True)
        return fitting and self._switch(path)

    def _switch(self, path: str) -> bool:
        default = path not in _OFF
        if path in _OFF and path.startswith("ingress."):
            default = bool(self.value("ingress.enabled", default=False))
        return bool(self.value(f"{path}.enabled", default))

    def built_in(self, variable: str) -> bool:
        """Return whether the chart sets a variable from its Secret."""
        return bool(self.value(f"enableBuiltInSecretEnvVars.{variable}", default=True))

    @property
    def celery(self) -> bool:
        """Whether Celery's workers run; the chart's default is CeleryExecutor."""
        return "Celery" in str(self.value("executor", "CeleryExecutor"))

    @property
    def kubernetes(self) -> bool:
        """Whether tasks run in worker pods."""
        return "Kubernetes" in str(self.value("executor", "CeleryExecutor"))

    @property
    def airflow_3(self) -> bool:
        """Whether Airflow is 3 or newer."""
        return not str(self.value("airflowVersion", "3")).startswith(("1.", "2."))

    @property
    def keda(self) -> bool:
        """Whether KEDA scales the workers or the triggerer by what the database says."""
        return bool(self._keda_of_workers or self.value("triggerer.keda.enabled"))

    @property
    def keda_bypasses_pgbouncer(self) -> bool:
        """Whether KEDA reads `kedaConnection`, the database's own URL (chart: KEDA_DB_CONN)."""
        workers = self.value("workers.celery.keda.usePgbouncer", self.value("workers.keda.usePgbouncer", default=True))
        triggerer = self.value("triggerer.keda.usePgbouncer", default=False)
        direct = (self._keda_of_workers and not workers) or (self.value("triggerer.keda.enabled") and not triggerer)
        return bool(self.enabled("pgbouncer") and direct)

    @property
    def _keda_of_workers(self) -> bool:
        return bool(self.value("workers.celery.keda.enabled", self.value("workers.keda.enabled")))

    @property
    def fullname(self) -> str:
        """What the chart's object names begin with (its template `airflow.fullname`)."""
        if not self.value("useStandardNaming"):
            return self.release
        if override := self.value("fullnameOverride"):
            return str(override)[:63].removesuffix("-")
        name = str(self.value("nameOverride", "airflow"))
        return (self.release if name in self.release else f"{self.release}-{name}")[:63].removesuffix("-")

    def rendered(self, text: str) -> str:
        """Return a text with the release's name and namespace in place; other templates stay."""
        return _TEMPLATE.sub(lambda found: {"Name": self.release, "Namespace": self.namespace}[found[1]], text)
