"""Modules of the repository that functions import when they run."""

import sys
from typing import Any

import pytest

from airflowkit.checks.workers.lazy_imports import lazy_modules


@pytest.mark.parametrize("constants", [0, 300])
def test_an_import_is_read_alike_however_many_constants_the_function_has(tmp_path, monkeypatch, constants):
    """Python writes an instruction before one that refers to a number of more than a byte."""
    (tmp_path / "late_helper.py").write_text("x = 1\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    lines = [f"    name_{number} = other_{number}.x = 'text {number}'\n" for number in range(constants)]
    space: dict[str, Any] = {}
    exec(f"def work():\n{''.join(lines)}    from late_helper import x\n", space)
    assert [module.name for module in lazy_modules(space["work"].__code__, "")] == ["late_helper"]
