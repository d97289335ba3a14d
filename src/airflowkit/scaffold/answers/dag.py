"""The values for a new DAG."""

from __future__ import annotations

from dataclasses import dataclass

from airflowkit.scaffold import inputs
from airflowkit.scaffold.names import check_dag_name


@dataclass(frozen=True, slots=True, kw_only=True)
class DagAnswers:
    """The values for a new DAG.

    Attributes:
        name: The DAG id and file name.
        schedule: A cron expression, a preset such as `@daily`, or an empty string for a DAG without a schedule.
        owner: The team that owns the DAG.
        image: The image of every pod, with its tag; empty for the template's default.
        tags: The DAG's tags.
        teams: Whether a failing run sends a card to Microsoft Teams.
        pull_secret: The Secret with which its pods pull their image; empty where they need none, or a setting has it.
    """

    name: str
    schedule: str = "@daily"
    owner: str = "data-eng"
    image: str = ""
    tags: tuple[str, ...] = ()
    teams: bool = True
    pull_secret: str = ""

    def __post_init__(self) -> None:
        check_dag_name(self.name)
        inputs.check_schedule(self.schedule)
        inputs.check_text("owner", self.owner)
        if self.image:
            inputs.check_image(self.image)
        for tag in self.tags:
            inputs.check_text("tag", tag, limit=inputs.MAX_TAG)

    @property
    def image_name(self) -> str:
        """The image without its tag and digest."""
        return inputs.name_of_image(self.image)
