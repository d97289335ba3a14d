"""A template: a folder with a description, `template.toml`, and the files that it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from airflowkit.errors import BrokenTemplate, ScaffoldError, did_you_mean
from airflowkit.scaffold import inputs
from airflowkit.scaffold.names import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DESCRIPTION: Final = "template.toml"
DAG_FILE: Final = "dag.py.j2"
"""The file of the DAG itself, which every template has."""


def broken(path: Path, line: int, reason: str, *, hint: str = "") -> BrokenTemplate:
    """Return what is wrong with a file of a template; line 0 is the whole file."""
    return BrokenTemplate(f"{path}:{line}: {reason}" if line else f"{path}: {reason}", hint=hint)


@dataclass(frozen=True, slots=True)
class Option:
    """A value that one template asks for.

    Attributes:
        name: Its name, an identifier.
        help: What it is for.
        default: Its default.
        pattern: The regular expression that it matches as a whole; without one, it is a name as tags are.
        dag: Whether it is the id of another DAG, which exists.
    """

    name: str
    help: str
    default: str = ""
    pattern: str = ""
    dag: bool = False

    def check(self, value: str) -> None:
        """Reject a value that the template's files cannot hold.

        Raises:
            ScaffoldError: It is not valid.
        """
        if value == self.default:
            return
        if not self.pattern:
            inputs.check_text(self.name, value)
        elif not re.fullmatch(self.pattern, value) or not value.isprintable():
            raise ScaffoldError(f"{self.name} {shown(value)} is not valid", hint=f"It is {_first_lower(self.help)}")


@dataclass(frozen=True, slots=True)
class DagTemplate:
    """A template.

    Attributes:
        name: Its name, which is that of its folder.
        folder: Its folder.
        title: What it makes, in a few words.
        page: What it writes, and how its run ends.
        files: Where each further file belongs, relative to the repository; `dags/` stands for the DAG folder.
        options: The values that it asks for, besides those of every DAG.
        image: The default of the pods' image, a template itself; empty for a small public one.
        schedule: The default of the schedule.
        requires: The distributions that its DAG imports, besides Airflow's own.
        alerts: Whether it is about an alert, and makes no sense without Teams.
        refused_schedules: The schedules that its DAG cannot have, each with the reason.
        source: Where it is from: `airflowkit`, a folder, or the URL of a git repository.
    """

    name: str
    folder: Path
    title: str
    page: str
    files: Mapping[str, str]
    options: tuple[Option, ...]
    image: str
    schedule: str
    requires: tuple[str, ...]
    alerts: bool
    refused_schedules: Mapping[str, str]
    source: str

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the files in its folder that it renders."""
        return (DAG_FILE, *self.files)

    @property
    def has_pods(self) -> bool:
        """Whether an image changes anything."""
        return any("dag.image" in (self.folder / source).read_text(encoding="utf-8") for source in self.sources)

    def check_options(self, given: Mapping[str, str]) -> None:
        """Reject an option that the template does not have, or a value that is not valid.

        Raises:
            ScaffoldError: One is wrong.
        """
        known = {option.name: option for option in self.options}
        for name, value in given.items():
            if name not in known:
                hint = did_you_mean(name, known) or f"it has {', '.join(known) or 'none'}"
                raise ScaffoldError(f"template {self.name!r} has no option {shown(name)}", hint=hint)
            known[name].check(value)

    def check_schedule(self, schedule: str) -> None:
        """Reject a schedule with which the template's DAG could never work.

        Raises:
            ScaffoldError: It is one of them.
        """
        if reason := self.refused_schedules.get(schedule):
            raise ScaffoldError(f"template {self.name!r} cannot have schedule {schedule!r}: {reason}")


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
