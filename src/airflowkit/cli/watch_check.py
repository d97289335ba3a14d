"""`airflowkit check --watch`: checks again whenever a file is saved, and shows what that changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from airflowkit.cli.signals import ended_in_order
from airflowkit.cli.watching import headline, show_error
from airflowkit.errors import AirflowKitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console

    from airflowkit.checks.model.findings import Finding
    from airflowkit.checks.parsing import Pools
    from airflowkit.checks.report import Report
    from airflowkit.watching import Watched

_CODE: Final = frozenset({".py", ".zip", ".yaml", ".yml", ".toml"})
"""A save of such a file is answered even if it changes nothing; any other file may be a log that grows."""


def watch_check(
    targets: Callable[[], Sequence[Path]],
    find: Callable[[Sequence[Path], Pools], Report],
    *,
    workers: int | None,
    **asked: Any,
) -> NoReturn:
    """Check again and again, until Ctrl-C.

    Args:
        targets: Returns the paths to check.
        find: Checks them with workers of pools.
        workers: How many processes import files.
        asked: What else is asked of the check: `once`, `select`, `ignore`.

    Raises:
        NoSuchPath: A path does not exist from the start.
    """
    from rich.console import Console

    from airflowkit.checks.warm import WarmPools
    from airflowkit.repository import dags_folder_of
    from airflowkit.settings import forget_settings
    from airflowkit.watching import changes

    console, answers = Console(), _Answers(map(dags_folder_of, targets()))
    with ended_in_order(), WarmPools(workers) as pools:
        for changed in changes(answers.watched, targets()[0]):
            forget_settings()
            try:
                answers.follow(map(dags_folder_of, targets()))
                pools.warm_up(targets(), **asked)
                report = find(targets(), pools)
            except AirflowKitError as error:
                headline(changed, console)
                show_error(error, console)
            else:
                answers.show(report, changed, console)
    raise KeyboardInterrupt  # nothing else ends the loop


class _Answers:
    """The answers to saved files.

    Args:
        folders: The DAG folders.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self.follow(folders)
        self._last: Report | None = None
        self._known: tuple[Finding, ...] = ()

    def follow(self, folders: Iterable[Path]) -> None:
        """Watch other DAG folders: the settings may name another one by now."""
        self._folders = list(dict.fromkeys(folders))

    def watched(self) -> Watched:
        """Return what there is to watch: the repository, and what its files have read."""
        from airflowkit.repository import repository_root
        from airflowkit.watching import joined, watched

        parts = {part.folder: part.sources for part in (self._last.examined if self._last else ())}
        roots = {folder: repository_root(folder) or folder for folder in self._folders}
        sources = {folder: [*map(Path, parts.get(folder, ())), *_kept_contract(folder)] for folder in roots}
        return joined(
            watched(folder, (path for path in sources[folder] if path.is_relative_to(root)))
            for folder, root in roots.items()
        )

    def show(self, report: Report, changed: frozenset[Path], console: Console) -> None:
        """Show what a check found; after the first one, only what differs."""
        from airflowkit.checks.reports.changes import changes, show_changes
        from airflowkit.checks.reports.text import show

        is_first, self._last = self._last is None, report
        differing = changes(self._known, report)
        self._known = (*report.findings, *differing.unseen)
        if is_first:
            headline(changed, console)
            show(report, console)
        elif differing or any(path.suffix in _CODE for path in changed):
            headline(changed, console)
            show_changes(report, differing, console)


def _kept_contract(folder: Path) -> list[Path]:
    """Return where the contract is kept with which the DAGs are compared, whether it is there or not."""
    from airflowkit.contract.kept import kept_path
    from airflowkit.settings import check_settings

    try:
        return [kept_path(folder, check_settings(folder).contract)]
    except AirflowKitError:  # the check says what is wrong with the settings
        return []
