"""`airflowkit doctor --contract`: what the DAGs need of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflowkit.errors import AirflowKitError

if TYPE_CHECKING:
    from pathlib import Path


def show_contract(root: Path, *, output_format: str, write: bool) -> int:
    """Print what the DAGs of a repository need, or write it; return the exit status.

    Args:
        root: The repository.
        output_format: `text`, `json` or `yaml`.
        write: Keep it in the repository.
    """
    raise AirflowKitError(f"--contract is not built yet: {root}, {output_format}, {write}")
