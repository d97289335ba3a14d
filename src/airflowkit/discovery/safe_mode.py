"""Which files Airflow's safe mode reads: those that contain `airflow`, and `dag` or `asset`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile

from airflowkit._airflow import airflow_version
from airflowkit.discovery.airflow_config import option
from airflowkit.discovery.file_kinds import is_archive, is_imported
from airflowkit.discovery.importers import YAML, importers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MODULES: Final = {".py", ".pyc"}
_OFF: Final = {"f", "false", "0"}
"""How Airflow's configuration spells False."""
_OF_YAML: Final = (b"$schema", b"https://airflow.apache.org/schemas/dag/")
"""What a YAML file contains that its importer takes for a DAG."""


def is_safe_mode() -> bool:
    """Return whether safe mode is on: `[core] dag_discovery_safe_mode` in the environment or in `airflow.cfg`."""
    return option("core", "dag_discovery_safe_mode").lower() not in _OFF


def might_hold_dag(file: Path) -> bool:
    """Return whether safe mode reads a file, or a module of an archive."""
    try:
        if is_imported(file):
            return _importer_reads(file)
        return bool(dag_modules(file)) if is_archive(file) else _names_dag(file.read_bytes())
    except (OSError, BadZipFile, RuntimeError):
        return True  # importing it will say why


def dag_modules(archive: Path) -> tuple[str, ...]:
    """Return the modules of an archive that Airflow imports and safe mode reads, as they are named in it.

    They are those at its root; from 3.4 on also those in its folders.
    """
    safe = is_safe_mode()
    with ZipFile(archive) as opened:
        names = opened.namelist()
        modules = [name for name in names if PurePosixPath(name).suffix in _MODULES and "/" not in name]
        if airflow_version() >= (3, 4):
            modules = list(_in_all_folders(names))
        return tuple(name for name in modules if not safe or _names_dag(opened.read(name)))


def _in_all_folders(names: Iterable[str]) -> Iterator[str]:
    """Yield the modules that Airflow's `ZipImporter` imports: bytecode only where there is no source."""
    known = set(names)
    for name in names:
        path = PurePosixPath(name)
        suffix, folders = path.suffix.lower(), path.parts[:-1]
        outside = path.is_absolute() or ".." in folders or folders[:1] == ("__MACOSX",) or "__pycache__" in folders
        has_source = suffix == ".pyc" and str(path.with_suffix(".py")) in known
        if suffix in _MODULES and not outside and not has_source:
            yield name


def _importer_reads(file: Path) -> bool:
    """Return what Airflow's own importers say of a file in safe mode; others may have no such look at their files."""
    importer = importers().get(file.suffix.lower(), "")
    if importer == YAML:
        content = file.read_bytes()
        return all(text in content for text in _OF_YAML)
    return bool(importer) or _names_dag(file.read_bytes())


def _names_dag(content: bytes) -> bool:
    content = content.lower()
    return b"airflow" in content and (b"dag" in content or b"asset" in content)
