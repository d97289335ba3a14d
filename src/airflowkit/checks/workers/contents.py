"""Parses DAG files with given contents: what Airflow would make of an edit that is not written yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflowkit.checks.workers.messages import Job
from airflowkit.checks.workers.retrial import results
from airflowkit.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from airflowkit.checks.model.facts import Failure, FileFacts
    from airflowkit.checks.workers.pool import Pool


@dataclass(frozen=True, slots=True)
class Parser:
    """Workers that parse files of one DAG folder with given content instead of their own.

    Attributes:
        pool: The workers.
        folder: The DAG folder.
        outlined: From when on to count the next runs of each DAG's outline; None for no outlines.
    """

    pool: Pool
    folder: Path
    outlined: datetime | None = None

    def facts(self, contents: Mapping[Path, bytes | None]) -> dict[Path, FileFacts]:
        """Return what the workers report of each file."""
        options = check_settings(self.folder)
        paths = {str(path.absolute()): path for path in contents}
        jobs = [
            Job(
                whole,
                str(self.folder),
                options,
                serialize=True,
                evidence=True,
                outlined=self.outlined,
                judged=False,
                content=contents[path],
            )
            for whole, path in paths.items()
        ]
        return {paths[facts.path]: facts for facts in results(self.pool, jobs)}


def incomparable(before: FileFacts, after: FileFacts) -> str:
    """Return why nothing shows whether a file's DAGs would stay the same, or an empty string."""
    if failure_of(before):
        return "the file cannot be imported, so nothing proves that its DAGs would stay the same"
    if failure := failure_of(after):
        return f"the file could not be imported afterwards: {failure.text}"
    if not (can_be_compared(before) and can_be_compared(after)):
        return "Airflow cannot serialize its DAGs, so nothing proves that they would stay the same"
    return ""


def can_be_compared(facts: FileFacts) -> bool:
    """Return whether a file could be imported, and all of its DAGs serialized."""
    return not (failure_of(facts) or facts.unserializable or facts.modules or facts.patches)


def failure_of(facts: FileFacts) -> Failure | None:
    """Return why nothing can be compared: outdated names and arguments are provided, before and after."""
    return facts.still_fails if facts.outdated else facts.failure
