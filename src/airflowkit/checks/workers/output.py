"""Captures what DAG files print in a worker process, however much it is and whatever they do to the streams."""

from __future__ import annotations

import io
import os
import resource
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from airflowkit.checks.importing.memory import MIB

if TYPE_CHECKING:
    from airflowkit.checks.model.facts import FileFacts

LARGEST_FILE: Final = 64 * MIB
"""The limit for everything that a DAG file writes, so that none fills the disk."""
LONGEST_EXCERPT: Final = 200


class _Excerpt(io.RawIOBase):
    """Accepts whatever is written to it, and keeps the beginning in a shared buffer."""

    def __init__(self, kept: bytearray) -> None:
        self._kept = kept

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        room = LONGEST_EXCERPT - len(self._kept)
        self._kept += data[:room]
        return len(data)

    def fileno(self) -> int:
        return 1


class Output:
    """What DAG files print, through Python or below it, where both streams are a file of bounded size."""

    def __init__(self) -> None:
        self._excerpt = bytearray()
        self._inherited = self._streams = (sys.stdout, sys.stderr)  # Airflow's modules may have kept them
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  open as long as the worker
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        for stream in (1, 2):
            os.dup2(self._file.fileno(), stream)
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, hard))
        self._redirect()

    def taken_from(self, facts: FileFacts) -> FileFacts:
        """Return the facts of a file with the beginning of what it printed, and drop the rest.

        A file that fills the bounded file fails only here: that does not count as its failure.
        """
        for stream in (*self._streams, *self._inherited):
            with suppress(Exception):  # a DAG file may have closed or detached it
                stream.flush()
        self._redirect()
        printed, size = bytes(self._excerpt), self._file.tell()
        self._excerpt.clear()
        if size:
            self._file.seek(0)
            printed += self._file.read(LONGEST_EXCERPT)
            self._file.seek(0)
            self._file.truncate()
        output = printed[:LONGEST_EXCERPT].decode(errors="backslashreplace")
        return replace(facts, output=output, failure=None if size >= LARGEST_FILE else facts.failure)

    def _redirect(self) -> None:
        """Give Python streams that no file has closed yet."""
        self._streams = (_stream_to(self._excerpt), _stream_to(self._excerpt))  # those before close themselves
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__ = self._streams  # type: ignore[misc]


def _stream_to(kept: bytearray) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(_Excerpt(kept)), "utf-8", "backslashreplace", write_through=True)
