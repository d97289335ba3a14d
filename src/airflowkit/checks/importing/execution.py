"""Executes the source of a DAG file as a module, in a worker process."""

from __future__ import annotations

import linecache
import marshal
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import decode_source, module_from_spec, spec_from_loader
from io import StringIO
from typing import TYPE_CHECKING, Final

from airflowkit.stand_ins.numbers import NUMBER_FROM, with_marked_numbers
from airflowkit.stand_ins.values import number_from

if TYPE_CHECKING:
    from types import CodeType, ModuleType

_HEADER: Final = 16
"""The bytes of a `.pyc` file before its code."""


class _SourceLoader(SourceFileLoader):
    """Compiles a file as it is now: bytecode caches distinguish versions by seconds, and litter the DAG folder."""

    def __init__(self, fullname: str, path: str, content: bytes | None) -> None:
        super().__init__(fullname, path)
        self._content = content

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002  the base class' signature
        content = self.get_data(self.path) if self._content is None else self._content
        if self.path.endswith(".pyc"):
            code: CodeType = marshal.loads(content[_HEADER:])  # noqa: S302  Airflow executes it as well
            return code
        code = self.source_to_code(with_marked_numbers(content, self.path), self.path)
        linecache.cache.pop(self.path, None)
        if self._content is not None:  # who asks for the source of a function means this, and not what is on the disk
            lines = list(StringIO(decode_source(content)))  # for `splitlines` a form feed ends a line
            linecache.cache[self.path] = len(content), None, lines, self.path
        return code


def executed(name: str, path: str, content: bytes | None) -> ModuleType:
    """Execute a file, and return its module.

    Args:
        name: The module's name; it stays in `sys.modules`.
        path: The file.
        content: What to execute instead of the file's content.
    """
    loader = _SourceLoader(name, path, content)
    spec = spec_from_loader(name, loader)
    assert spec  # noqa: S101  a loader always has one
    module = sys.modules[name] = module_from_spec(spec)
    vars(module)[NUMBER_FROM] = number_from
    loader.exec_module(module)
    return module
