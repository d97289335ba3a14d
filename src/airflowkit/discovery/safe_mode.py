"""Which files Airflow's safe mode looks at: those that say `airflow`, and `dag` or `asset`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import BadZipFile, ZipFile, is_zipfile

_MODULES: Final = {".py", ".pyc"}


def might_hold_dag(file: Path) -> bool:
    """Return whether Airflow's safe mode would look at a file, or at a module of an archive."""
    try:
        return bool(dag_modules(file)) if is_archive(file) else _names_dag(file.read_bytes())
    except (OSError, BadZipFile, RuntimeError):
        return True  # the import will tell why


def is_archive(file: Path) -> bool:
    """Return whether Airflow takes a file for zipped DAGs: it asks the content, whatever the name."""
    return file.suffix != ".py" and is_zipfile(file)


def dag_modules(archive: Path) -> tuple[str, ...]:
    """Return the modules of an archive that Airflow imports: those at its root that safe mode looks at."""
    with ZipFile(archive) as opened:
        names = (PurePosixPath(name) for name in opened.namelist())
        modules = [name for name in names if name.suffix in _MODULES and len(name.parts) == 1]
        return tuple(name.stem for name in modules if _names_dag(opened.read(str(name))))


def _names_dag(content: bytes) -> bool:
    content = content.lower()
    return b"airflow" in content and (b"dag" in content or b"asset" in content)
