"""Scratch folders: gone with their process, or at the latest with the next."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from airflowkit.errors import LocalRunError
from airflowkit.local.process.scratch import is_disk_full, scratch_folder

PREFIX = "airflowkit-test-"
HOLD = f"""
import signal
from airflowkit.local.process.scratch import scratch_folder
with scratch_folder({PREFIX!r}) as folder:
    print(folder, flush=True)
    signal.pause()
"""


@pytest.fixture(autouse=True)
def _own_place(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@contextmanager
def holder():
    """Another process with a folder that looks old."""
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) as process:
        folder = Path(process.stdout.readline().strip())
        os.utime(folder, (0, 0))
        try:
            yield folder, process
        finally:
            process.kill()


def test_a_folder_ends_with_its_block():
    with scratch_folder(PREFIX) as folder:
        (folder / "file").touch()
    assert not folder.exists()


def test_a_kept_folder_is_not_removed():
    with scratch_folder(PREFIX, keep=True) as kept:
        pass
    os.utime(kept, (0, 0))
    with scratch_folder(PREFIX):
        assert kept.is_dir()


def test_what_a_killed_process_leaves_behind_goes_with_the_next():
    with holder() as (left, process):
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert left.is_dir()
    with scratch_folder(PREFIX):
        assert not left.exists()


def test_a_folder_in_use_stays_however_old():
    with holder() as (used, _), scratch_folder(PREFIX):
        assert used.is_dir()


def test_a_folder_that_is_just_being_made_stays(tmp_path):
    new = tmp_path / f"{PREFIX}new"
    new.mkdir()
    with scratch_folder(PREFIX):
        assert new.is_dir()
    os.utime(new, (time.time() - 3600,) * 2)
    with scratch_folder(PREFIX):
        assert not new.exists()


def test_a_place_without_room_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with (
        pytest.raises(LocalRunError, match=r"the temporary folder takes no more files: .* set TMPDIR") as told,
        scratch_folder(PREFIX),
    ):
        pass
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (ValueError("(sqlite3.OperationalError) database or disk is full"), True),
        (OSError(errno.ENOENT, "No such file"), False),
    ],
)
def test_a_full_disk_is_known_by_its_number_or_by_sqlite_s_words(error, full):
    assert is_disk_full(error) is full


def test_errors_that_were_raised_from_each_other_end():
    error, other = ValueError("one"), ValueError("other")
    error.__context__, other.__cause__ = other, error
    assert is_disk_full(error) is False
