"""The modules of the repository that a function imports when it runs: they are read, and not imported."""

from __future__ import annotations

import ast
import dis
import re
import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import resolve_name
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Final

from airflowkit.checks.importing.watch import is_users
from airflowkit.checks.workers.sources import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator


_BY_NAME: Final = frozenset({"import_module", "__import__"})
_MODULE: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class LazyModule:
    """A module that is imported when a function runs.

    Attributes:
        name: Its name.
        text: What it says, the same in each Python.
        code: What it does when it is imported.
    """

    name: str
    text: str
    code: CodeType

    @property
    def package(self) -> str:
        """The package to which its own relative imports refer, unless it is one itself."""
        return self.name.rpartition(".")[0]


def lazy_modules(code: CodeType, package: str) -> Iterator[LazyModule]:
    """Yield the modules of the repository that code imports.

    Args:
        code: The code of a function or module.
        package: To which its relative imports refer.
    """
    for name in sorted(_imported(code, package)):
        if found := _module(name, tuple(sys.path)):
            yield found


def _imported(code: CodeType, package: str) -> set[str]:
    """Return what may be a module of what code imports, with the packages that it is in."""
    found = set[str]()
    steps = [step for step in dis.get_instructions(code) if step.opname != "EXTENDED_ARG"]
    for index, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            level, names = steps[index - 2].argval, steps[index - 1].argval
            found |= _with_packages(step.argval, level if isinstance(level, int) else 0, names or (), package)
    if _BY_NAME.intersection(code.co_names):  # what it imports by a name may be any of its texts
        found |= {text for text in code.co_consts if isinstance(text, str) and _MODULE.fullmatch(text)}
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return found.union(*(_imported(const, package) for const in inner))


def _with_packages(name: str, level: int, names: tuple[str, ...], package: str) -> set[str]:
    try:
        base = resolve_name("." * level + name, package) if level else name
    except ImportError:  # it leads out of the package
        return set()
    parts = base.split(".")
    return {".".join(parts[: end + 1]) for end in range(len(parts))} | {f"{base}.{inner}" for inner in names}


@lru_cache(maxsize=1024)
def _module(name: str, path: tuple[str, ...]) -> LazyModule | None:
    for entry in path:
        place = Path(entry, *name.split("."))
        for file in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if file.is_file():
                return _read(name, file) if is_users(str(file)) else None
    return None


def _read(name: str, file: Path) -> LazyModule | None:
    try:
        tree = ast.parse(file.read_bytes())
        return LazyModule(name, in_words(tree), compile(tree, name, "exec", dont_inherit=True))
    except (OSError, ValueError, SyntaxError, RecursionError):
        return None
