"""What each module costs, whichever file imports it first: later files of the worker get it for free.

Each module is measured while it is loaded, without what it imports itself, and its imports are recorded. The cost of
an import is then that of all modules below it, in whatever order the files came.
"""

from __future__ import annotations

import builtins
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from importlib.util import resolve_name
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Self

from airflowkit.checks.importing.memory import resident_bytes
from airflowkit.checks.model.facts import ImportCost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_OF_ONE_MODULE: Final = (SourceFileLoader, ExtensionFileLoader)


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time in seconds, and memory in bytes."""

    seconds: float = 0.0
    memory: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.seconds + other.seconds, self.memory + other.memory)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.seconds - other.seconds, self.memory - other.memory)

    @classmethod
    def so_far(cls) -> Self:
        """Return what this process has used so far."""
        return cls(time.process_time(), resident_bytes())


@dataclass(slots=True)
class ImportCosts:
    """The costs of the modules that this process has loaded since `install`.

    Attributes:
        own: The cost of each module, without what it imports.
        imports: What each module and the DAG file import: the modules by the name in the statement.
        free: Modules that were loaded before, and cost nothing.
        loaded: Those that were loaded since the DAG file began.
        file: The name of the DAG file's module.
    """

    own: dict[str, Cost] = field(default_factory=dict)
    imports: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    free: frozenset[str] = frozenset()
    loaded: set[str] = field(default_factory=set)
    file: str = ""
    _below: list[Cost] = field(default_factory=list)

    def install(self) -> None:
        """Begin to measure."""
        self.free = frozenset(sys.modules)
        sys.meta_path.insert(0, self)

    def start(self, file: str) -> None:
        """Start the next DAG file.

        Args:
            file: The name of its module.
        """
        self.imports.pop(self.file, None)
        self.loaded.clear()
        self._below.clear()
        self.file = file

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note what imports what; not for longer than a file needs: serializing a DAG has hundreds of imports."""
        original = builtins.__import__
        builtins.__import__ = self._noting(original)
        try:
            yield
        finally:
            builtins.__import__ = original

    def cached_cost(self) -> Cost:
        """Return the cost that the DAG file was spared because files before it had loaded the same modules."""
        names = chain.from_iterable(self.imports.get(self.file, {}).values())
        return sum((self.own[name] for name in self._reached(names, set()) if name not in self.loaded), Cost())

    def costs(self) -> Iterator[ImportCost]:
        """Yield what each import of the DAG file costs; a module that two of them need counts for the first."""
        seen: set[str] = set()
        for name, names in self.imports.get(self.file, {}).items():
            cost = sum((self.own[module] for module in self._reached(names, seen)), Cost())
            yield ImportCost(name, cost.seconds, cost.memory)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Let the other finders find a module, and measure how it is loaded: this is the import system's interface."""
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next((spec for finder in others if (spec := finder.find_spec(name, path, target))), None)
        if spec and isinstance(spec.loader, _OF_ONE_MODULE):
            self._measure(spec.loader)
        return spec

    def _measure(self, loader: SourceFileLoader | ExtensionFileLoader) -> None:
        execute = loader.exec_module

        def measured(module: ModuleType) -> None:
            begun = Cost.so_far()
            self._below.append(Cost())
            try:
                execute(module)
            finally:
                whole = Cost.so_far() - begun
                self.own[module.__name__] = whole - (self._below.pop() if self._below else Cost())
                self.loaded.add(module.__name__)
                if self._below:
                    self._below[-1] += whole

        loader.exec_module = measured  # type: ignore[method-assign]  # of this loader alone

    def _noting(self, original: Callable[..., ModuleType]) -> Callable[..., ModuleType]:
        """Return an `__import__` that notes which module imports which."""

        @wraps(original)
        def noting(name: str, *rest: Any, **keywords: Any) -> ModuleType:
            self._note(name, *rest, **keywords)
            return original(name, *rest, **keywords)

        return noting

    def _note(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002  the import system's names
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = None,
        level: int = 0,
    ) -> None:
        importer = globals.get("__name__", "") if globals else ""
        if not importer or importer in self.free:
            return
        if locals is None:  # within a function, which this DAG file calls and another may not
            importer = self.file
        module = resolve_name("." * level + name, str((globals or {}).get("__package__") or "")) if level else name
        names = self.imports.setdefault(importer, {}).setdefault(module, {module})
        names.update(f"{module}.{part}" for part in fromlist or ())

    def _reached(self, names: Iterable[str], seen: set[str]) -> list[str]:
        """Return the measured modules at and below some, each once, without those seen before."""
        found, waiting = [], [*names]
        while waiting:
            name = waiting.pop()
            if name in seen or name in self.free:
                continue
            seen.add(name)
            waiting += [name.rpartition(".")[0]] if "." in name else []
            waiting += [below for names in self.imports.get(name, {}).values() for below in names]
            found += [name] if name in self.own else []
        return found


IMPORT_COSTS = ImportCosts()
"""The instance of this process: the import system has no other way to it."""
