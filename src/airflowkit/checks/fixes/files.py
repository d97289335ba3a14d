"""Reads text files so that encoding and line ends survive, and writes them whole or not at all."""

from __future__ import annotations

import codecs
import io
import tokenize
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflowkit.errors import FixFailed
from airflowkit.replacement import atomic_write
from airflowkit.repository import dags_folder_of, repository_root

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file as it was read.

    Attributes:
        path: The file, as the finding names it.
        content: Its bytes; None if there is no file yet.
        text: Its text, with newlines as line ends.
        encoding: How the text is encoded.
        crlf: Whether its lines end as on Windows.
    """

    path: Path
    content: bytes | None
    text: str
    encoding: str
    crlf: bool

    @classmethod
    def read(cls, path: Path) -> TextFile:
        """Read a file; one that does not exist counts as empty.

        Raises:
            FixFailed: It cannot be read, or is not text.
        """
        try:
            content = path.read_bytes() if path.exists() or path.is_symlink() else None
            encoding = _encoding(path, content or b"")
            text = (content or b"").decode(encoding)
        except (OSError, ValueError, LookupError, SyntaxError) as error:
            raise FixFailed(f"{path}: cannot be read: {_reason(error)}") from None
        crlf = text.count("\r\n") == text.count("\n") > 0
        return cls(path, content, text.replace("\r\n", "\n") if crlf else text, encoding, crlf)

    def encoded(self, text: str) -> bytes:
        """Return another text in the encoding and with the line ends of this file."""
        return (text.replace("\n", "\r\n") if self.crlf else text).encode(self.encoding)


def write(file: TextFile, content: bytes) -> None:
    """Replace the content of a file, whole or not at all, and keep its mode.

    Raises:
        FixFailed: It cannot be written, is outside the repository, or has changed since it was read.
    """
    try:
        with atomic_write(_place(file)) as new:
            new.write_bytes(content)
            _refuse_changed(file)
    except FixFailed:
        raise
    except OSError as error:
        raise FixFailed(f"{file.path}: cannot be written: {_reason(error)}") from None


def _place(file: TextFile) -> Path:
    """Return the real path of the file."""
    place = file.path.resolve()
    if not place.is_relative_to(_repository(file.path).resolve()):
        raise FixFailed(f"{file.path}: not changed: it is a link to {place}, outside the repository")
    _refuse_changed(file)
    if file.content is not None and not place.stat().st_mode & 0o222:
        raise FixFailed(f"{file.path}: cannot be written: it is read-only")
    return place


def _refuse_changed(file: TextFile) -> None:
    now = file.path.read_bytes() if file.path.exists() else None
    if now != file.content:
        raise FixFailed(f"{file.path}: not changed: it was edited in the meantime; run the command again")


def _repository(path: Path) -> Path:
    """Return the root of a file's repository; without one, the DAG folder."""
    folder = path.absolute().parent
    return repository_root(folder) or dags_folder_of(folder)


def _encoding(path: Path, content: bytes) -> str:
    if path.suffix == ".py":
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    return "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
