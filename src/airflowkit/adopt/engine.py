"""Adopts DAG files: all files of a folder take their next step together, so that the workers are never idle."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from airflowkit.adopt.adoption import Adoption, Terms, adoption, sentence_of
from airflowkit.adopt.comparison import differences
from airflowkit.adopt.dependents import importers_of
from airflowkit.adopt.profiles import active, other_profiles
from airflowkit.checks.fixes.files import TextFile
from airflowkit.checks.parsing import preloaded
from airflowkit.checks.workers.contents import Parser, incomparable
from airflowkit.checks.workers.pool import Pool
from airflowkit.discovery.dag_files import seen_and_skipped
from airflowkit.errors import FixFailed
from airflowkit.pods.spec.shorthands import sizes_of
from airflowkit.pods.values.resources import Resources
from airflowkit.repository import dags_folder_of, from_here
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from airflowkit.checks.model.facts import FileFacts

Key = TypeVar("Key")
Answer = TypeVar("Answer")
Result = TypeVar("Result")
_PRELOADED: Final = ("airflowkit.pods.task", "airflow.providers.cncf.kubernetes.operators.pod")


class Change(Protocol):
    """What became of a file, whichever way it is rewritten."""

    @property
    def file(self) -> TextFile:
        """The file as it was read."""

    @property
    def text(self) -> str:
        """What it becomes."""

    def refused(self, objection: str) -> Self:
        """Return that the file stays."""


Changed = TypeVar("Changed", bound=Change)


@dataclass(frozen=True, slots=True)
class Draft:
    """A DAG file to adopt.

    Attributes:
        file: The file.
        text: Its text, with what other edits come first.
    """

    file: TextFile
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """The files at paths that have one of some words.

    Attributes:
        drafts: The DAG files.
        helpers: The modules that are no DAG files for Airflow.
        unread: Why other DAG files cannot be read.
    """

    drafts: Sequence[Draft]
    helpers: Sequence[Path]
    unread: Sequence[str]


def named(paths: Iterable[Path], *words: str) -> Named:
    """Return the files at paths that have one of some words.

    Raises:
        NoSuchPath: There is nothing at a path.
        NoDagFile: A path is a file that cannot hold a DAG.
    """
    found = [seen_and_skipped(path, dags_folder_of(path)) for path in paths]
    files = {file: None for seen, _skipped in found for file in seen if file.suffix == ".py"}
    skipped = {file: None for _seen, skipped in found for file in skipped}
    any_word = re.compile("|".join(map(re.escape, words)))
    read = [_read(file) for file in files]
    return Named(
        drafts=[Draft(it, it.text) for it in read if isinstance(it, TextFile) and any_word.search(it.text)],
        helpers=[from_here(file) for file in skipped if any_word.search(file.read_bytes().decode(errors="replace"))],
        unread=[it for it in read if isinstance(it, str)],
    )


def _read(path: Path) -> TextFile | str:
    try:
        return TextFile.read(from_here(path))
    except FixFailed as error:
        return str(error)


def adopted(files: Sequence[Draft], terms: Terms, workers: int) -> Iterator[Adoption]:
    """Yield what becomes of each file; nothing is written.

    Args:
        files: The files.
        terms: Which changes of pods are accepted; the sizes are each folder's own.
        workers: How many processes parse files.

    Raises:
        SettingsError: `airflowkit.toml` is wrong.
        WorkersUnavailable: Airflow cannot be imported.
    """
    for folder, its in by_folder(files).items():
        yield from _adopted(folder, its, replace(terms, sizes=_sizes(folder)), workers)


def by_folder(files: Iterable[Draft]) -> Mapping[Path, list[Draft]]:
    """Return files by the DAG folder that they are in."""
    folders: dict[Path, list[Draft]] = defaultdict(list)
    for draft in files:
        folders[dags_folder_of(draft.file.path)].append(draft)
    return folders


def modules_for(files: Iterable[Draft]) -> tuple[str, ...]:
    """Return what workers import before they parse files, raw and rewritten."""
    return (*preloaded((draft.file.path for draft in files), twice=True), *_PRELOADED)


def _adopted(folder: Path, files: Sequence[Draft], terms: Terms, workers: int) -> Iterator[Adoption]:
    modules = modules_for(files)
    size = min(workers, len(files))
    importers = importers_of((draft.file.path for draft in files), folder)
    with Pool(modules, size, folder=folder) as pool:
        steps = {it.file.path: adoption(it.file, it.text, terms) for it in files}
        found = [
            unless_imported(each, importers) if each.moved else each
            for each in in_step(steps, Parser(pool, folder).facts)
        ]
    texts = {draft.file.path: draft.text for draft in files}
    for profile in other_profiles(folder):
        moved = {each.file.path: each for each in found if each.moved}
        if not moved:
            break
        with active(profile), Pool(modules, size, folder=folder) as pool:
            objections = _objections(moved, texts, terms, Parser(pool, folder))
        said = {path: f"with the profile {profile}: {why}" for path, why in objections.items() if why}
        found = [each.refused(said[each.file.path]) if each.file.path in said else each for each in found]
    yield from found


def unless_imported(each: Changed, importers: Mapping[Path, Path]) -> Changed:
    """Return what becomes of a file; nothing, if another one imports it: its pods there are not compared."""
    importer = importers.get(each.file.path.absolute())
    if importer is None:
        return each
    return each.refused(f"{from_here(importer).as_posix()} imports it, and what that makes of it is not compared")


def _objections(
    moved: Mapping[Path, Adoption], texts: Mapping[Path, str], terms: Terms, parser: Parser
) -> dict[Path, str]:
    """Return why files cannot become what they would, or empty strings."""
    before = parser.facts({path: each.file.encoded(texts[path]) for path, each in moved.items()})
    after = parser.facts({path: each.file.encoded(each.text) for path, each in moved.items()})
    return {path: _objection(before[path], after[path], terms) for path in moved}


def _objection(before: FileFacts, after: FileFacts, terms: Terms) -> str:
    objection = incomparable(before, after)
    refused = [] if objection else [it for it in differences(before, after) if not terms.accepts(it)]
    return objection or sentence_of(refused)


def _sizes(folder: Path) -> Mapping[str, Resources]:
    return {name: Resources(**size) for name, size in sizes_of(load_settings(folder)).items()}


def in_step(
    steps: Mapping[Key, Generator[bytes, Answer, Result]],
    answers: Callable[[dict[Key, bytes]], Mapping[Key, Answer]],
) -> Iterator[Result]:
    """Run the changes of files side by side, a parse of each at a time, and yield what becomes of them.

    Args:
        steps: The change of each file: it yields contents, and is sent what is known of each.
        answers: Parses contents of files, and returns what is known of each.
    """
    waiting: dict[Key, Answer | None] = dict.fromkeys(steps)
    while waiting:
        asked: dict[Key, bytes] = {}
        for key, answer in waiting.items():
            try:
                asked[key] = next(steps[key]) if answer is None else steps[key].send(answer)
            except StopIteration as end:
                yield end.value
        waiting = dict(answers(asked)) if asked else {}
