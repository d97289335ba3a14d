"""Which files Airflow's safe mode reads: those that contain `airflow`, and `dag` or `asset`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import BadZipFile, ZipFile

from airflowkit.discovery.airflow_config import core_option
from airflowkit.discovery.file_kinds import is_archive

_MODULES: Final = {".py", ".pyc"}
_OFF: Final = {"f", "false", "0"}
"""How Airflow's configuration spells False."""


def is_safe_mode() -> bool:
    """Return whether safe mode is on: `[core] dag_discovery_safe_mode` in the environment or in `airflow.cfg`."""
    return core_option("dag_discovery_safe_mode").lower() not in _OFF


def might_hold_dag(file: Path) -> bool:
    """Return whether safe mode reads a file, or a module of an archive."""
    try:
        return bool(dag_modules(file)) if is_archive(file) else _names_dag(file.read_bytes())
    except (OSError, BadZipFile, RuntimeError):
        return True  # importing it will say why


def dag_modules(archive: Path) -> tuple[str, ...]:
    """Return the modules of an archive that Airflow imports: those at its root that safe mode reads."""
    safe = is_safe_mode()
    with ZipFile(archive) as opened:
        names = (PurePosixPath(name) for name in opened.namelist())
        modules = [name for name in names if name.suffix in _MODULES and len(name.parts) == 1]
        return tuple(name.stem for name in modules if not safe or _names_dag(opened.read(str(name))))


def _names_dag(content: bytes) -> bool:
    content = content.lower()
    return b"airflow" in content and (b"dag" in content or b"asset" in content)
