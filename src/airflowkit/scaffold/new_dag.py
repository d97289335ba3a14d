"""Creates a new DAG: the files of a template, all of them or none."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, Final

from airflowkit.errors import AirflowKitError, ScaffoldError
from airflowkit.repository import dags_folder_of, repository_root
from airflowkit.scaffold.dag_templates.rendering import default_image, render_dag
from airflowkit.scaffold.names import check_dag_name, check_free, shown
from airflowkit.scaffold.places import file_of_dag, is_elsewhere, needs_pull_secret, schedule_of
from airflowkit.scaffold.writing import add_files, is_free

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from airflowkit.scaffold.answers.dag import DagAnswers
    from airflowkit.scaffold.dag_templates.template import DagTemplate

_DAGS: Final = "dags/"
"""What stands for the DAG folder in the paths of a template."""
_PULL_SECRET: Final = "regcred"  # noqa: S105  its name
"""The name in Kubernetes' documentation, and in the settings that `new-repo` writes."""


@dataclass(frozen=True)
class NewDag:
    """A DAG that does not exist yet.

    Attributes:
        template: What it starts from.
        answers: The values for it.
        options: The values that only its template asks for.
        folder: The folder of its file, which is created if it is missing.
    """

    template: DagTemplate
    answers: DagAnswers
    options: Mapping[str, str]
    folder: Path

    @cached_property
    def root(self) -> Path:
        """The folder that the template's paths are relative to: the repository, or the one around the DAG folder."""
        return repository_root(self.folder) or self.folder.parent

    @cached_property
    def complete(self) -> DagAnswers:
        """The values for it, with its image, and the Secret of the image's registry where it has to name one."""
        image = self.answers.image or default_image(self.template, self.answers)
        needed = self.template.has_pods and needs_pull_secret(image, self.folder)
        return replace(self.answers, image=image, pull_secret=_PULL_SECRET if needed else "")

    @cached_property
    def files(self) -> Mapping[Path, str]:
        """The text of each of its files, the DAG's own first.

        Raises:
            ScaffoldError: A file or a DAG of such a name exists, or a value is not valid.
        """
        self._check()
        rendered = render_dag(self.template, self.complete, self.options)
        for path in rendered:
            self._check_free(path)
        return {self._placed(path): text for path, text in rendered.items()}

    def write(self) -> None:
        """Write its files.

        Raises:
            ScaffoldError: As for `files`, or a folder is not writable.
        """
        texts = self.files
        base = self.folder if all(path.is_relative_to(self.folder) for path in texts) else self.root
        base = next(place for place in (base, *base.parents) if place.exists())
        if not base.is_dir():
            raise ScaffoldError(f"{base} is a file", hint="Choose a folder")
        add_files(base, {path.relative_to(base).as_posix(): text for path, text in texts.items()})

    @property
    def notes(self) -> tuple[str, ...]:
        """What its author should know."""
        return (*self._images(), *self._requirements(), *self._schedules())

    def _check(self) -> None:
        name = self.template.name
        if self.template.alerts and not self.answers.teams:
            raise ScaffoldError(
                f"template {name!r} is about a card in Teams, and without Teams there is none",
                hint="Leave out --no-teams, or pass --teams where the repository was made without",
            )
        self.template.check_schedule(self.answers.schedule)
        self.template.check_options(self.options)
        for option, dag_id in self._other_dags():
            check_exists(option, dag_id, self.folder, self.answers.name)

    def _other_dags(self) -> Iterator[tuple[str, str]]:
        """Yield the options that name another DAG, with its id."""
        for option in self.template.options:
            if option.dag and (dag_id := self.options.get(option.name, option.default)):
                yield option.name, dag_id

    def _check_free(self, path: str) -> None:
        if path.startswith(_DAGS):
            name = path.removeprefix(_DAGS)
            if "/" not in name and name.endswith(".py"):
                self._check_free_dag(name.removesuffix(".py"))
                return
        if not is_free(self.root, path):
            raise ScaffoldError(f"{self._placed(path)} already exists", hint="Choose another name, or remove it first")

    def _check_free_dag(self, name: str) -> None:
        check_dag_name(name)
        if self.folder.is_dir():
            check_free(name, sorted(path.name for path in self.folder.iterdir()))
            if other := _file_of(name, self.folder):
                raise ScaffoldError(f"{other} already has a DAG {name!r}", hint="Choose another name")

    def _placed(self, path: str) -> Path:
        return self.folder / path.removeprefix(_DAGS) if path.startswith(_DAGS) else self.root / path

    def _images(self) -> Iterator[str]:
        if secret := self.complete.pull_secret:
            yield f"its pods pull {self.complete.image} with the Secret {secret!r}: replace it if yours is another"
        if self.answers.image and not self.template.has_pods:
            yield f"template {self.template.name!r} has no pods, so the image is not used"

    def _requirements(self) -> Iterator[str]:
        file = self.root / "requirements.txt"
        listed = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else None
        for name in self.template.requires:
            if listed is not None and not re.search(rf"^\s*{re.escape(name)}\b", listed, re.MULTILINE):
                yield f"the DAG needs {name}: add it to requirements.txt, and build the image again"
            if not _is_installed(name):
                yield f"{name} is not installed here, and a DAG that imports it fails: pip install {name}"

    def _schedules(self) -> Iterator[str]:
        for _, dag_id in self._other_dags():
            theirs = schedule_of_dag(dag_id, self.folder)
            if theirs is not None and theirs != self.answers.schedule:
                yield (
                    f"{dag_id} has schedule {theirs or 'none'!r}: a run waits for the one of the same date, "
                    "so give both the same schedule, or the sensor an execution_delta"
                )


def check_exists(option: str, dag_id: str, folder: Path, new: str) -> None:
    """Reject the id of another DAG that is nowhere.

    Args:
        option: What names it.
        dag_id: The id.
        folder: The folder of the new DAG.
        new: The id of the new DAG.

    Raises:
        ScaffoldError: There is no such DAG.
    """
    if _file_of(dag_id, folder) is None and not is_elsewhere(dag_id, folder) and not _is_made(dag_id, folder, new):
        hint = "Write it first, or name it in [check] external_dags if it is in another repository"
        raise ScaffoldError(f"{option} {shown(dag_id)}: there is no such DAG in {_dags(folder)}", hint=hint)


def schedule_of_dag(dag_id: str, folder: Path) -> str | None:
    """Return the schedule of another DAG, empty for none; None where no file writes it as plain text.

    Args:
        dag_id: The id.
        folder: The folder of the new DAG.
    """
    file = _file_of(dag_id, folder)
    return schedule_of(dag_id, file) if file else None


def _dags(folder: Path) -> Path:
    return dags_folder_of(folder) if folder.is_dir() else folder


def _file_of(dag_id: str, folder: Path) -> Path | None:
    return file_of_dag(dag_id, _dags(folder)) if folder.is_dir() else None


def _is_made(dag_id: str, folder: Path, new: str) -> bool:
    """Return whether a file makes a DAG of an id that it does not write: Airflow has to parse them all for that."""
    from airflowkit.dags import load_dag  # it imports Airflow

    if not folder.is_dir() or dag_id == new:
        return False
    try:
        return load_dag(dag_id, _dags(folder)).task_id is None
    except AirflowKitError:
        return False


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
