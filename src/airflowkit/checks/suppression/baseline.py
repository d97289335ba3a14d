"""The baseline: known findings of a repository, which are counted and not reported.

The file has no line numbers, because lines move, and its paths start at the repository's root, so that it does not
depend on where the command is run. An entry counts as gone only if this check would have found it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from airflowkit.errors import BaselineNotWritten, SettingsError
from airflowkit.replacement import atomic_write
from airflowkit.repository import dags_folder_of, plain, repository_root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.checks.model.findings import Finding
    from airflowkit.checks.report import Report

FILE: Final = "airflowkit-baseline.json"


class Entry(NamedTuple):
    """What findings of one kind have in common, in the order of the file."""

    path: str
    code: str
    dag_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """The findings that are known.

    Attributes:
        path: The file.
        root: The repository's root.
        counts: How many findings of each kind are known.
    """

    path: Path
    root: Path
    counts: Mapping[Entry, int] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: Path, path: Path | None = None) -> Self:
        """Read the baseline of a repository; it is empty if there is no file.

        Args:
            folder: The DAG folder, or another path in the repository.
            path: The file; by default `airflowkit-baseline.json` at the repository's root.

        Raises:
            SettingsError: The file is not a valid baseline.
        """
        root = _root(folder)
        path = path or root / FILE
        return cls(path, root, _read(path) if path.exists() else {})

    def without_known(self, report: Report) -> Report:
        """Return a report without known findings; where there are more than are known, the last ones stay."""
        left = dict(self.counts)
        new = []
        for finding in report.findings:
            entry = self._entry(finding)
            if left.get(entry, 0) > 0 and not finding.failed:
                left[entry] -= 1
            else:
                new.append(finding)
        gone = sum(count for entry, count in left.items() if self._was_looked_for(entry, report))
        return replace(report, findings=tuple(new), known=len(report.findings) - len(new), gone=gone)

    def updated_with(self, report: Report) -> Self:
        """Return a baseline of the report's findings, and of those known where the check did not look."""
        kept = {entry: count for entry, count in self.counts.items() if not self._was_looked_for(entry, report)}
        found = (finding for finding in report.findings if not finding.failed)
        return replace(self, counts=kept | Counter(map(self._entry, found)))

    def write(self) -> None:
        """Write the file, whole or not at all.

        Raises:
            BaselineNotWritten: It cannot be written.
        """
        entries = [entry._asdict() | {"count": count} for entry, count in sorted(self.counts.items())]
        try:
            with atomic_write(self.path) as file:
                file.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            hint = "name another with --baseline"
            raise BaselineNotWritten(f"{self.path} cannot be written: {error.strerror}", hint=hint) from None

    def _entry(self, finding: Finding) -> Entry:
        path = os.path.relpath(plain(Path(finding.path)), self.root)
        return Entry(Path(path).as_posix(), finding.code, finding.dag_id or "", finding.task_id or "")

    def _was_looked_for(self, entry: Entry, report: Report) -> bool:
        return report.covers(entry.code, str(plain(self.root / entry.path)))


def _root(folder: Path) -> Path:
    """Return the repository's root; without a repository, the folder around `dags`, or the folder itself."""
    if root := repository_root(folder):
        return root
    dags = dags_folder_of(folder)
    return dags.parent if dags.name == "dags" else dags


def _read(path: Path) -> dict[Entry, int]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {
            Entry(it["path"], it["code"], it["dag_id"] or "", it["task_id"] or ""): int(it["count"]) for it in entries
        }
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SettingsError(
            f"{path} is not a valid baseline: {error}", hint="delete it and use --write-baseline"
        ) from None
