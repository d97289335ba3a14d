"""What the watch notes of the files that an import reads."""

from __future__ import annotations

import pytest

from airflowkit.checks.importing.watch import WATCH, _record_read


@pytest.mark.parametrize("bytecode", ["helper.cpython-311.pyc", "helper.cpython-311.pyc.139674562251920"])
def test_the_bytecode_of_a_module_that_python_reads_or_writes_is_the_module(bytecode, monkeypatch):
    monkeypatch.setattr(WATCH, "modules", set())
    monkeypatch.setattr(WATCH, "read", set())
    _record_read(f"/repository/lib/__pycache__/{bytecode}")
    assert (WATCH.modules, WATCH.read) == ({"/repository/lib/helper.py"}, set())
