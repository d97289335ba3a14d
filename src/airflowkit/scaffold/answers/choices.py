"""What can be chosen for a new repository; the first value of each is the default."""

from __future__ import annotations

from enum import StrEnum


class Dags(StrEnum):
    """How the DAGs reach Airflow."""

    GIT_SYNC_SSH = "git-sync-ssh"
    GIT_SYNC_HTTPS = "git-sync-https"
    GIT_SYNC_PUBLIC = "git-sync-public"
    GIT_BUNDLE = "git-bundle"
    VOLUME = "volume"


class Executor(StrEnum):
    """What runs the tasks; of two executors the first is the default of a task."""

    KUBERNETES = "KubernetesExecutor"
    CELERY = "CeleryExecutor"
    CELERY_AND_KUBERNETES = "CeleryExecutor,KubernetesExecutor"


class Broker(StrEnum):
    """The queue of the Celery workers."""

    REDIS = "redis"
    RABBITMQ = "rabbitmq"


class Database(StrEnum):
    """Where Airflow's metadata is."""

    EXTERNAL = "external"
    EXTERNAL_PGBOUNCER = "external-pgbouncer"
    CHART = "chart"


class Logs(StrEnum):
    """Where the logs of tasks are kept."""

    VOLUME = "volume"
    AZURE = "azure"
    S3 = "s3"
    NONE = "none"


class Metrics(StrEnum):
    """Who takes Airflow's metrics."""

    NONE = "none"
    STATSD = "statsd"
    DATADOG = "datadog"


class Laptop(StrEnum):
    """The cluster on a laptop."""

    NONE = "none"
    MINIKUBE = "minikube"
    KIND = "kind"
    DOCKER_DESKTOP = "docker-desktop"


class Ci(StrEnum):
    """What runs the checks of every push."""

    GITHUB = "github"
    GITLAB = "gitlab"
    AZURE = "azure"
    NONE = "none"


class Deploy(StrEnum):
    """What installs and upgrades the Helm chart."""

    HELM = "helm"
    ARGOCD = "argocd"
    FLUX = "flux"
    TERRAFORM = "terraform"
