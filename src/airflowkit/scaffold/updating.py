"""Brings later versions of the scaffold into a repository that `new-repo` has written."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Final

from packaging.version import Version

from airflowkit import __version__
from airflowkit.errors import ScaffoldError
from airflowkit.git import git
from airflowkit.scaffold.creation import FIRST_DAG, first_dag_of
from airflowkit.scaffold.merging import Outcome, merge_repository
from airflowkit.scaffold.record import (
    RECORD,
    record,
    recorded_answers,
    recorded_files,
    recorded_versions,
    versions_of,
)
from airflowkit.scaffold.rendering import render_repository
from airflowkit.scaffold.version_steps import moves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from airflowkit.scaffold.merging import Merge, MergeRepository

_UNCHANGED: Final = frozenset({Outcome.KEPT, Outcome.STAYS_DELETED})


@dataclass(frozen=True, slots=True)
class Update:
    """A later scaffold, merged with what the team has changed; nothing of it is in the repository yet.

    Attributes:
        branch: The branch that it goes to.
        version: The version of airflowkit whose scaffold it brings.
        outcomes: What became of each file, by its path in the repository.
        moves: Which versions move, and what each step on the way breaks.
    """

    branch: str
    version: str
    outcomes: Mapping[str, Outcome]
    moves: Sequence[str]
    _merging: MergeRepository
    _merge: Merge

    @property
    def needed(self) -> bool:
        """Whether it changes any file."""
        return not _UNCHANGED.issuperset(self.outcomes.values())

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The files that git could not merge."""
        return tuple(path for path, outcome in self.outcomes.items() if outcome is Outcome.CONFLICT)

    def diff(self) -> str:
        """Return what it changes, as git shows it."""
        return self._merging.difference(self._merge.tree, without=RECORD)

    def write_out(self, folder: Path) -> tuple[Path, Path]:
        """Write the work tree before and after into a folder, and return where the repository is in each."""
        trees = {"before": self._merging.head, "after": self._merge.tree}
        for name, tree in trees.items():
            self._merging.write_out(tree, folder / name)
        return folder / "before" / self._merging.prefix, folder / "after" / self._merging.prefix

    def check_branch(self) -> None:
        """Reject a branch that is there already, before the DAGs are parsed.

        Raises:
            ScaffoldError: It is.
        """
        self._merging.check_free(self.branch)

    def commit(self) -> None:
        """Put it onto its branch, as one commit; no other branch is touched, and no file of the work tree.

        Raises:
            ScaffoldError: The branch exists.
        """
        self._merging.commit(self._merge.tree, self.branch, f"Update the scaffold to airflowkit {self.version}")


@contextmanager
def planned_update(root: Path, **changes: str) -> Iterator[Update]:
    """Yield the update of a repository to the installed scaffold.

    Args:
        root: The repository's folder.
        changes: Answers that change with it, such as `airflow_version`.

    Raises:
        ScaffoldError: `new-repo` did not write the repository, a value is not valid, or git cannot do it.
    """
    with merge_repository(root) as merging:
        old = _committed_record(root)
        versions = recorded_versions(old)
        _check_is_older(versions["airflowkit"])
        before = merging.with_line_ends(recorded_files(old))
        answers = recorded_answers(old, **changes)
        has_first_dag = f"{answers.dag_files}{FIRST_DAG}.py" in before
        rendered = render_repository(answers, first_dag_of(answers) if has_first_dag else None)
        own = merging.files - before.keys()
        after = {path: text for path, text in rendered.items() if path not in own}
        whole = merging.with_line_ends(after) | {RECORD: record(answers, after)}
        merge = merging.merged(before | {RECORD: old}, whole, __version__)
        kept = dict.fromkeys(rendered.keys() & own, Outcome.KEPT)
        outcomes = {path: outcome for path, outcome in {**kept, **merge.outcomes}.items() if path != RECORD}
        moving = moves(versions, versions_of(answers))
        yield Update(f"airflowkit/update-{__version__}", __version__, outcomes, moving, merging, merge)


def _check_is_older(there: str) -> None:
    """Reject a newer scaffold: an older one would take away what that brought."""
    if Version(there) > Version(__version__):
        hint = f"Install airflowkit-k8s {there} or newer"
        raise ScaffoldError(
            f"the repository has the scaffold of airflowkit {there}, and this is {__version__}", hint=hint
        )


def _committed_record(root: Path) -> str:
    try:
        return git(root, "show", f"HEAD:./{RECORD}").decode()
    except CalledProcessError:
        hint = "only a repository that airflowkit new-repo has written can be updated; if this is one, commit the file"
        raise ScaffoldError(f"{root} has no committed {RECORD}", hint=hint) from None
