"""The values for a new repository."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from airflowkit.errors import ScaffoldError, did_you_mean
from airflowkit.pods.schema.image_reference import ImageReference, parse_image
from airflowkit.scaffold import inputs, known_hosts
from airflowkit.scaffold.answers.choices import Broker, Ci, Dags, Database, Deploy, Executor, Laptop, Logs, Metrics
from airflowkit.scaffold.names import shown

NOT_ASKED: Final = frozenset({"name", "airflowkit_version"})
"""Fields that are no answers: they follow from the folder and from the installed version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryAnswers:
    """The values for a new repository; the names are those of the flags of `airflowkit new-repo`.

    Attributes:
        name: The repository's name, for its README.
        airflowkit_version: The airflowkit version of its image.
        airflow_version: The Airflow version of its image, such as `3.3.2`.
        git_url: The URL that the cluster clones, ssh or https.
        branch: The branch that the cluster follows.
        dags: How the DAGs reach Airflow.
        dags_folder: The DAG folder, relative to the root; `.` is the root.
        executor: What runs the tasks.
        broker: The queue of the Celery workers.
        workers: The number of Celery workers, or `MIN-MAX` for KEDA to choose from.
        flower: Whether Flower shows the Celery workers.
        database: Where Airflow's metadata is.
        logs: Where the logs of tasks are kept.
        logs_bucket: The container or bucket of remote logs.
        metrics: Who takes Airflow's metrics.
        laptop: The cluster on a laptop, if it is one.
        data_volume: Whether the pods of DAGs share a volume for data.
        ingress: The host name of an ingress, or `none`.
        ui_url: The address of Airflow's UI, which alerts link to.
        ci: What runs the checks of every push.
        deploy: What installs and upgrades the Helm chart.
        providers: Airflow providers in the image, such as `snowflake`.
        image: The Airflow image that its Dockerfile builds, without a tag.
        namespace: The namespace of Airflow and of its pods.
        pod_namespaces: Further namespaces in which DAGs start pods.
        owner: The team that owns the DAGs.
        teams: Whether failures send cards to Microsoft Teams.
    """

    name: str
    airflowkit_version: str
    airflow_version: str
    git_url: str = "git@github.com:example/airflow-dags.git"
    branch: str = "main"
    dags: Dags = Dags.GIT_SYNC_SSH
    dags_folder: str = "dags"
    executor: Executor = Executor.KUBERNETES
    broker: Broker = Broker.REDIS
    workers: str = "2"
    flower: bool = False
    database: Database = Database.EXTERNAL
    logs: Logs = Logs.VOLUME
    logs_bucket: str = "airflow-logs"
    metrics: Metrics = Metrics.NONE
    laptop: Laptop = Laptop.NONE
    data_volume: bool = False
    ingress: str = "none"
    ui_url: str = "https://airflow.example.com"
    ci: Ci = Ci.GITHUB
    deploy: Deploy = Deploy.HELM
    providers: tuple[str, ...] = ()
    image: str = "registry.example.com/airflow"
    namespace: str = "airflow"
    pod_namespaces: tuple[str, ...] = ()
    owner: str = "data-eng"
    teams: bool = True

    def __post_init__(self) -> None:
        self._choose()
        self._simplify()
        inputs.check_text("repository name", self.name)
        inputs.check_airflow_version(self.airflow_version)
        inputs.check_git_url(self.git_url)
        inputs.check_branch(self.branch)
        inputs.check_dags_folder(self.dags_folder)
        inputs.check_workers(self.workers)
        inputs.check_bucket(self.logs_bucket, suffix="-dev")
        if self.ingress != "none":
            inputs.check_host(self.ingress)
        inputs.check_ui_url(self.ui_url)
        for provider in self.providers:
            inputs.check_provider(provider)
        inputs.check_repository_of_images(self.image)
        inputs.check_namespace(self.namespace, suffix="-dev")
        for namespace in self.pod_namespaces:
            inputs.check_namespace(namespace)
            if namespace == self.namespace:
                hint = "Leave it out: Airflow may start pods in its own namespace"
                raise ScaffoldError(f"pod namespace {shown(namespace)} is Airflow's own", hint=hint)
        inputs.check_text("owner", self.owner)
        self._check_delivery()

    def _choose(self) -> None:
        """Turn the text of a choice, as an answers file has it, into the choice."""
        for field in fields(self):
            choices = type(field.default)
            if issubclass(choices, StrEnum):
                value = getattr(self, field.name)
                if value not in list(choices):
                    hint = did_you_mean(value, choices) or f"use one of {', '.join(choices)}"
                    raise ScaffoldError(f"{field.name} {shown(str(value))} is not a valid choice", hint=hint)
                object.__setattr__(self, field.name, choices(value))

    def _simplify(self) -> None:
        """Leave out what is given twice, and a slash that a shell completes."""
        if self.dags_folder:
            object.__setattr__(self, "dags_folder", PurePosixPath(self.dags_folder).as_posix())
        for name in ("providers", "pod_namespaces"):
            object.__setattr__(self, name, tuple(dict.fromkeys(getattr(self, name))))

    def _check_delivery(self) -> None:
        """Reject a way to clone that the URL does not allow."""
        needs_ssh = self.dags is Dags.GIT_SYNC_SSH
        needs_https = self.dags in {Dags.GIT_SYNC_HTTPS, Dags.GIT_SYNC_PUBLIC}
        if (needs_ssh and not self.by_ssh) or (needs_https and self.by_ssh):
            form = "git@HOST:TEAM/REPOSITORY.git" if needs_ssh else "https://HOST/TEAM/REPOSITORY.git"
            raise ScaffoldError(f"{self.dags} cannot clone {self.git_url}", hint=f"Give a URL like {form}")

    @property
    def dev_namespace(self) -> str:
        """The namespace of the second Airflow, which values-dev.yaml is for."""
        return f"{self.namespace}-dev"

    @property
    def by_ssh(self) -> bool:
        """Whether git authenticates with a key; else with a user and a token, or not at all."""
        return inputs.ssh_host(self.git_url) is not None

    @property
    def git_host(self) -> str:
        """The host of an ssh `git_url` as known_hosts writes it."""
        return inputs.ssh_host(self.git_url) or ""

    @property
    def git_host_key(self) -> str:
        """The line of known_hosts for the host of an ssh `git_url`, or an empty string where it is not published."""
        return known_hosts.host_key(*(inputs.ssh_address(self.git_url) or ("",)))

    @property
    def git_scan_command(self) -> str:
        """The command that prints the keys of the host of an ssh `git_url`."""
        return known_hosts.scan_command(*(inputs.ssh_address(self.git_url) or ("",)))

    @property
    def git_sync(self) -> bool:
        """Whether git-sync delivers the DAGs."""
        return self.dags in {Dags.GIT_SYNC_SSH, Dags.GIT_SYNC_HTTPS, Dags.GIT_SYNC_PUBLIC}

    @property
    def celery(self) -> bool:
        """Whether there are Celery workers."""
        return self.executor is not Executor.KUBERNETES

    @property
    def kubernetes(self) -> bool:
        """Whether tasks run in pods of their own."""
        return self.executor is not Executor.CELERY

    @property
    def has_flower(self) -> bool:
        """Whether Flower is deployed: it shows Celery workers only."""
        return self.flower and self.celery

    @property
    def worker_range(self) -> tuple[int, int] | None:
        """The smallest and largest number of Celery workers that KEDA chooses from, or None for a fixed number."""
        low, dash, high = self.workers.partition("-")
        return (int(low), int(high)) if dash else None

    @property
    def on_laptop(self) -> bool:
        """Whether the cluster is the one node of a laptop."""
        return self.laptop is not Laptop.NONE

    @property
    def storage_class(self) -> str:
        """The storage class of a laptop's cluster; an empty string stands for the default class."""
        return {Laptop.NONE: "", Laptop.DOCKER_DESKTOP: "hostpath"}.get(self.laptop, "standard")

    @property
    def host_folder(self) -> str:
        """The folder on the node for the data of volumes; minikube keeps `/data` when it stops."""
        return {Laptop.MINIKUBE: "/data/airflow"}.get(self.laptop, "/var/local/airflow")

    @property
    def host_dags_folder(self) -> str:
        """The folder on the node where the DAG folder is mounted; WSL shares `/mnt/wsl` with Docker Desktop."""
        if self.laptop is Laptop.DOCKER_DESKTOP:
            return "/run/desktop/mnt/host/wsl/airflow-dags"
        return "/mnt/airflow-dags" if self.on_laptop else f"{self.host_folder}/dags"

    @property
    def has_ingress(self) -> bool:
        """Whether an ingress makes the UI reachable from outside the cluster."""
        return self.ingress != "none"

    @property
    def has_volumes(self) -> bool:
        """Whether volumes are created before the chart is installed."""
        return self.logs is Logs.VOLUME or self.dags is Dags.VOLUME or self.data_volume

    @property
    def dag_files(self) -> str:
        """The prefix of the paths of DAG files: `dags/`, or nothing where they are at the root."""
        return "" if self.dags_folder == "." else f"{self.dags_folder}/"

    @property
    def import_folder(self) -> str:
        """The folder with the code that DAGs share, relative to the root; the deployment has it on `PYTHONPATH`.

        With git-sync that is the folder around the DAG folder. A bundle or a volume has nothing but the DAG folder.
        """
        if self.git_sync and self.dags_folder != ".":
            return self.dags_folder.rpartition("/")[0] or "."
        return self.dags_folder

    @property
    def python_path(self) -> str:
        """What `PYTHONPATH` is in the containers; a bundle has no fixed path, and is on the import path anyway."""
        if self.dags is Dags.VOLUME:
            return "/opt/airflow/dags"
        if not self.git_sync:
            return ""
        return "/opt/airflow/dags/repo" + ("" if self.import_folder == "." else f"/{self.import_folder}")

    @property
    def git_secret(self) -> str:
        """The Secret with git-sync's credentials, or an empty string."""
        return {Dags.GIT_SYNC_SSH: "airflow-git-ssh", Dags.GIT_SYNC_HTTPS: "airflow-git-https"}.get(self.dags, "")

    @property
    def registry(self) -> str:
        """The registry of the image, as `docker login` has it."""
        found = parse_image(self.image)
        return found.registry if isinstance(found, ImageReference) and found.registry else "docker.io"

    @property
    def chart_version_file(self) -> str:
        """The one file that has the version of the chart."""
        files = {
            Deploy.ARGOCD: "deploy/argocd.yaml",
            Deploy.FLUX: "deploy/flux.yaml",
            Deploy.TERRAFORM: "deploy/main.tf",
        }
        return files.get(self.deploy, "Makefile")

    @property
    def connections(self) -> tuple[str, ...]:
        """The ids of the connections that the deployment itself needs."""
        needed = {
            "msteams_webhook_url": self.teams,
            "wasb_default": self.logs is Logs.AZURE,
            "aws_default": self.logs is Logs.S3,
            "git_default": self.dags is Dags.GIT_BUNDLE,
        }
        return tuple(name for name, is_needed in needed.items() if is_needed)
