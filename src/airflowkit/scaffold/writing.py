"""Writes files atomically, and never over existing ones."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflowkit.errors import ScaffoldError
from airflowkit.replacement import remove, temporary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


def write_tree(target: Path, files: Mapping[str, str], finish: Callable[[Path], None] = lambda _: None) -> None:
    """Write a new folder, and missing folders above it.

    Args:
        target: The folder. It may exist if it is empty, or contains nothing but `.git`.
        files: Texts by their path in the folder.
        finish: Called with the folder before it gets its final name, to add to it.

    Raises:
        ScaffoldError: The folder is not empty, or not writable.
    """
    with _one_line_errors(target):
        check_vacant(target)
        place = next(folder for folder in (target, *target.parents) if folder.is_dir() or folder.parent.is_dir())
        if os.path.lexists(place) and not place.is_dir():
            raise ScaffoldError(f"{place} is not a folder", hint="Choose a folder that does not exist yet")
        with temporary(place if place.is_dir() else place.parent) as scratch:
            folder = scratch / target.relative_to(place)
            for path, text in files.items():
                file = folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
            finish(folder)
            _move(scratch, place)


def is_free(target: Path, path: str) -> bool:
    """Return whether a folder has nothing at a path, also where file names ignore case."""
    folder = target
    for name in path.split("/"):
        if not folder.is_dir():
            return not os.path.lexists(folder)
        found = {each.name for each in folder.iterdir()}
        if name not in found:
            return name.casefold() not in {each.casefold() for each in found}
        folder /= name
    return False


def add_files(target: Path, files: Mapping[str, str]) -> None:
    """Write new files into a folder that has others: all of them, or none.

    Args:
        target: The folder.
        files: Texts by their path in the folder; each is free.

    Raises:
        ScaffoldError: A path is taken, leads out of the folder, or the folder is not writable.
    """
    added: list[Path] = []
    with _one_line_errors(target), temporary(target) as scratch:
        scratch.mkdir()
        try:
            for number, (path, text) in enumerate(files.items()):
                file = target / path
                _check_inside(file, target)
                added += _make_parents(file)
                staged = scratch / str(number)
                staged.write_text(text, encoding="utf-8", newline="\n")
                _link_or_rename(staged, file)
                added.append(file)
        except BaseException:
            for path_added in reversed(added):
                remove(path_added)
            raise


def _check_inside(file: Path, target: Path) -> None:
    """Reject a path that a symbolic link leads out of the folder."""
    if not file.parent.resolve().is_relative_to(target.resolve()):
        raise ScaffoldError(f"{file.parent} leads out of {target}", hint="Replace the symbolic link by a folder")


def _make_parents(file: Path) -> list[Path]:
    """Create the folders above a file, and return those that were missing."""
    missing = [folder for folder in reversed(file.parents) if not folder.exists()]
    for folder in missing:
        folder.mkdir()
    return missing


def check_vacant(target: Path) -> None:
    """Reject a folder that has something else than `.git` in it, and a file.

    Raises:
        ScaffoldError: It does.
    """
    if target.exists() and not target.is_dir():
        raise ScaffoldError(f"{target} is a file", hint="Choose a folder that does not exist yet")
    if target.is_dir() and (found := sorted(path.name for path in target.iterdir() if path.name != ".git")):
        hint = "Choose a folder that does not exist yet, or add with --existing what this one lacks"
        raise ScaffoldError(f"{target} is not empty: it contains {found[0]}", hint=hint)


def _move(folder: Path, target: Path) -> None:
    """Give a folder its final name; an existing one is filled instead, because a shell may be in it."""
    if not target.exists():
        folder.rename(target)
        return
    moved: list[Path] = []
    try:
        for path in sorted(folder.iterdir()):
            moved.append(target / path.name)
            path.rename(moved[-1])
    except BaseException:
        for path in moved:
            remove(path)
        raise


def _link_or_rename(temporary: Path, path: Path) -> None:
    """Give a file its final name unless that is taken; a hard link checks this atomically, where there are any."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise ScaffoldError(f"{path} already exists", hint="Choose another name, or remove it first") from None
    except OSError:
        if os.path.lexists(path):
            raise ScaffoldError(f"{path} already exists", hint="Choose another name, or remove it first") from None
        temporary.rename(path)


@contextmanager
def _one_line_errors(path: Path) -> Iterator[None]:
    """Turn an error of the operating system into one line."""
    try:
        yield
    except OSError as error:
        raise ScaffoldError(f"cannot write {error.filename or path}: {error.strerror}") from error
