"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from airflowkit.replacement import atomic_write, can_replace


def test_a_new_file_has_the_mode_that_any_program_would_give_it(tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    with atomic_write(tmp_path / "new") as file:
        file.write_text("new")
    assert (tmp_path / "new").read_text() == "new"
    assert (tmp_path / "new").stat().st_mode == plain.stat().st_mode


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with atomic_write(link) as file:
        file.write_text("new")
    assert link.is_symlink()
    assert (real.read_text(), stat.S_IMODE(real.stat().st_mode)) == ("new", 0o640)


def test_after_an_error_the_old_file_is_as_it_was_and_nothing_else_is_there(tmp_path):
    old = tmp_path / "old"
    old.write_text("old")

    def fail():
        with atomic_write(old) as file:
            file.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old", "old")]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with atomic_write(pipe) as file:
        file.write_text("new")
    assert os.read(reader, 9) == b"new"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    os.close(reader)


def test_a_link_to_a_pipe_is_written_to_as_well():
    code = """
from pathlib import Path
from airflowkit.replacement import atomic_write, can_replace

assert can_replace(Path("/dev/stdout"))
with atomic_write(Path("/dev/stdout")) as file:
    file.write_text("new")
"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "new"


def test_the_name_that_is_written_to_cannot_be_foreseen(tmp_path):
    names = set()
    for _ in range(2):
        with atomic_write(tmp_path / "new") as file:
            names.add(file.name)
            file.touch()
    assert len(names) == 2
    assert all(name.startswith(".") for name in names)


def test_a_folder_and_a_file_in_no_folder_cannot_be_replaced(tmp_path):
    assert can_replace(tmp_path / "new")
    assert not can_replace(tmp_path)
    assert not can_replace(tmp_path / "nowhere" / "new")
