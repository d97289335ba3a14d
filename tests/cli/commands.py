"""The command as its script calls it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from airflowkit.cli.app import main

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Result:
    status: int
    stdout: str
    stderr: str


@pytest.fixture
def airflowkit(monkeypatch, capsys):
    """The command as its script calls it, without the cost of a process."""

    def run(*arguments: str, cwd: Path) -> Result:
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["airflowkit", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Result(int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def new_repository(tmp_path, airflowkit):
    assert airflowkit("new-repo", "dags-of-ours", "--owner", "finance", cwd=tmp_path).status == 0
    return tmp_path / "dags-of-ours"


def everything_below(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder and their content, without the bytecode that Python keeps of what it imports."""
    paths = (path for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in paths}
