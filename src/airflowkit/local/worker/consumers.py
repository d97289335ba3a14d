"""The DAGs that production would start because of a run: those that the assets which it has updated schedule."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from airflowkit import _airflow_run
from airflowkit.dags import load_file
from airflowkit.errors import AirflowKitError
from airflowkit.local.worker.named_assets import files_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from airflowkit._airflow_run import AssetUpdate

_WORDS: Final = ("asset", "dataset")
"""One of them is in the text of a file that schedules a DAG by an asset, though the asset may stand in a module."""


def consumers(folder: Path) -> Iterator[str]:
    """Yield a line for each DAG of a folder that the updated assets schedule.

    Args:
        folder: The DAG folder.
    """
    updates = _airflow_run.asset_updates()
    names = frozenset(name for update in updates for name in (*update.names, *update.aliases))
    for file in files_with({*names, *_WORDS}, folder) if updates else ():
        with suppress(AirflowKitError, SystemExit):  # a file that cannot be imported has no DAGs in production either
            for loaded in load_file(file, folder):
                if line := _line(loaded.dag, updates):
                    yield line


def _line(dag: Any, updates: Sequence[AssetUpdate]) -> str | None:
    condition = _airflow_run.scheduling_assets(dag)
    if condition is None:
        return None
    of_partitions = _airflow_run.starts_of_partitions(dag)
    counting = [update for update in updates if update.partitioned == of_partitions]
    done = [_told(leaf) for leaf in _leaves(condition) if _is_updated(leaf, counting)]
    if not done:
        return None
    by = f"it is scheduled by {' and '.join(done)}"
    if of_partitions:
        return f"DAG {dag.dag_id!r} would run for a partition once all its updates are there: {by}"
    if missing := _missing(condition, counting):
        return f"DAG {dag.dag_id!r} would run once {' and '.join(missing)} is updated, too: {by}"
    return f"DAG {dag.dag_id!r} would run now: {by}"


def _leaves(condition: Any) -> Iterator[Any]:
    if not hasattr(condition, "objects"):
        yield condition
        return
    for part in condition.objects:
        yield from _leaves(part)


def _missing(condition: Any, updates: Sequence[AssetUpdate]) -> list[str]:
    """Return what has to be updated as well before a condition holds."""
    if not hasattr(condition, "objects"):
        return [] if _is_updated(condition, updates) else [_told(condition)]
    missing = [_missing(part, updates) for part in condition.objects]
    if type(condition).__name__ == "AssetAny":
        return [] if [] in missing else [" or ".join(" and ".join(each) for each in missing)]
    return [each for part in missing for each in part]


def _is_updated(leaf: Any, updates: Sequence[AssetUpdate]) -> bool:
    """Tell it of an asset, a reference to one by its name or its URI, or an alias."""
    if type(leaf).__name__.endswith("Alias"):
        return any(leaf.name in update.aliases for update in updates)
    return any({getattr(leaf, "name", None), getattr(leaf, "uri", None)} & update.names for update in updates)


def _told(leaf: Any) -> str:
    if type(leaf).__name__.endswith("Alias"):
        return f"asset alias {leaf.name!r}"
    return f"asset {getattr(leaf, 'uri', None) or leaf.name!r}"
