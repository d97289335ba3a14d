"""The values for a new DAG."""

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
        teams: Whether a failing run sends a card to Microsoft Teams.
    """

    name: str
    template: str = "pod"
    schedule: str = "@daily"
    owner: str = "data-eng"
    image: str = PUBLIC_IMAGE
    tags: tuple[str, ...] = ()
    teams: bool = True

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
