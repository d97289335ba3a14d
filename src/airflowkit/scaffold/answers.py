"""The values for a template: typed, validated and frozen before anything is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from airflowkit.errors import ScaffoldError, did_you_mean
from airflowkit.scaffold import inputs
from airflowkit.scaffold.names import check_dag_name, shown

DAG_TEMPLATES: Final = {
    "pod": "one pod",
    "etl": "three pods in a row, with a Secret and resources, each passing its result on",
    "mapped": "one pod for each item of a list that is computed at run time",
    "python": "Python functions on the worker, without pods",
}
"""The templates of `new-dag`, with a description of each."""

PUBLIC_IMAGE: Final = "busybox:1.37"
"""The image of a new DAG: small and public, and every computer has its `sh` if the image is not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DagAnswers:
    """The values for a new DAG.

    Attributes:
        name: The DAG id and file name.
        template: One of `DAG_TEMPLATES`.
        schedule: A cron expression, a preset such as `@daily`, or an empty string for a DAG without a schedule.
        owner: The team that owns the DAG.
        image: The image of every pod, with its tag.
        tags: The DAG's tags.
    """

    name: str
    template: str = "pod"
    schedule: str = "@daily"
    owner: str = "data-eng"
    image: str = PUBLIC_IMAGE
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_dag_name(self.name)
        if self.template not in DAG_TEMPLATES:
            hint = did_you_mean(self.template, DAG_TEMPLATES) or f"use one of {', '.join(DAG_TEMPLATES)}"
            raise ScaffoldError(f"no template {shown(self.template)}", hint=hint)
        inputs.check_schedule(self.schedule)
        inputs.check_text("owner", self.owner)
        inputs.check_image(self.image)
        for tag in self.tags:
            inputs.check_text("tag", tag, limit=inputs.MAX_TAG)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryAnswers:
    """The values for a new repository.

    Attributes:
        name: The repository's name, for its README.
        airflow_version: The Airflow version of its image, such as `3.3.2`.
        airflowkit_version: The airflowkit version of its image.
        git_url: The URL that git-sync clones, ssh or https.
        branch: The branch that git-sync follows.
        image: The Airflow image that its Dockerfile builds, without a tag.
        namespace: The namespace of Airflow and of its pods.
        owner: The team that owns the DAGs.
    """

    name: str
    airflow_version: str
    airflowkit_version: str
    git_url: str = "git@github.com:example/airflow-dags.git"
    branch: str = "main"
    image: str = "registry.example.com/airflow"
    namespace: str = "airflow"
    owner: str = "data-eng"

    def __post_init__(self) -> None:
        inputs.check_text("repository name", self.name)
        inputs.check_airflow_version(self.airflow_version)
        inputs.check_git_url(self.git_url)
        inputs.check_branch(self.branch)
        inputs.check_repository_of_images(self.image)
        inputs.check_namespace(self.namespace)
        inputs.check_text("owner", self.owner)

    @property
    def by_ssh(self) -> bool:
        """Whether git-sync authenticates with a key; else with a user and a token."""
        return inputs.ssh_host(self.git_url) is not None

    @property
    def git_host(self) -> str:
        """The host of an ssh `git_url` as known_hosts writes it."""
        return inputs.ssh_host(self.git_url) or ""
