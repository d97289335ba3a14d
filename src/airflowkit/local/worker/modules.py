"""Which files of the repository the modules of this process come from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_INSTALLED = tuple(str(Path(prefix)) + "/" for prefix in (sys.prefix, sys.base_prefix, Path(__file__).parents[2]))


def foreign_modules() -> Iterator[Path]:
    """Yield the files of modules that are neither installed nor ours: plugins, DAG files and what they import."""
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not file.startswith(_INSTALLED) and "site-packages" not in file:
            yield Path(file)


def modules_below(folder: Path) -> Iterator[str]:
    """Yield the files of such modules in a folder."""
    yield from (str(path) for path in foreign_modules() if path.is_relative_to(folder))
