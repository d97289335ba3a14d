"""Finds what can be offered in DAG files, and proves of each preset that every task keeps its arguments."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from airflowkit.adopt.engine import by_folder, in_step, modules_for, named
from airflowkit.adopt.profiles import active, other_profiles
from airflowkit.checks.fixes.syntax import parsed
from airflowkit.checks.workers.contents import Parser, incomparable
from airflowkit.checks.workers.pool import Pool
from airflowkit.compare.fields import Kind, dag_of
from airflowkit.errors import AirflowKitError
from airflowkit.offers.callbacks import CALLBACK, Repository, copied_callbacks
from airflowkit.offers.dictionaries import DEFAULT_ARGS, replacements
from airflowkit.offers.offer import Offer
from airflowkit.presets import BUILT_IN, preset_of
from airflowkit.repository import repository_root
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from airflowkit.adopt.engine import Draft
    from airflowkit.checks.fixes.syntax import Source
    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.offers.dictionaries import Replacement

_WORDS: Final = (DEFAULT_ARGS, CALLBACK)
_RECORDER: Final = re.compile(r"<function record_failure>(?:, )?")
"""What each preset adds to a task's failure callbacks: it only keeps the reason for the run's alert."""
_NOTHING: Final = frozenset({"", "[]", "None"})
_SAME: Final = "with which every task keeps its arguments, and a failed one leaves its reason for the alert of the run"
_CARD: Final = "on the DAG in place of {}: one card per run, with the reason and what to click"


class _Covered(NamedTuple):
    """A file, and the dictionaries in it that presets cover."""

    draft: Draft
    source: Source
    replacements: Sequence[Replacement]


def offers(paths: Iterable[Path], workers: int) -> list[Offer]:
    """Return what airflowkit has for what the DAG files at paths do by themselves; nothing is written.

    Args:
        paths: DAG files, and folders of them.
        workers: How many processes parse files.
    """
    drafts = named(paths, *_WORDS).drafts
    found = [offer for folder, its in by_folder(drafts).items() for offer in _of_folder(folder, its, workers)]
    return sorted(found, key=lambda offer: (offer.path, offer.line))


def _of_folder(folder: Path, drafts: Sequence[Draft], workers: int) -> Iterator[Offer]:
    files = [(draft, source) for draft in drafts if (source := parsed(draft.text))]
    yield from _cards(folder, files)
    yield from _calls(folder, files, workers)


def _cards(folder: Path, files: Iterable[tuple[Draft, Source]]) -> Iterator[Offer]:
    """Yield the alert of a run in place of each callback that posts to Teams by itself."""
    root = repository_root(folder) or folder
    for draft, source in files:
        path = draft.file.path
        places = dict.fromkeys((path.absolute().parent, folder.absolute(), root.absolute()))
        for copied in copied_callbacks(source, Repository(tuple(places))):
            yield Offer(path.as_posix(), copied.line, f"{CALLBACK}=teams_failure()", _CARD.format(copied.name))


def _calls(folder: Path, files: Iterable[tuple[Draft, Source]], workers: int) -> Iterator[Offer]:
    """Yield the call of a preset in place of each dictionary, if it says the same under every profile."""
    presets = _presets(folder)
    covered = (_Covered(draft, source, replacements(source, presets)) for draft, source in files)
    left = _proved(folder, [each for each in covered if each.replacements], workers)
    for profile in other_profiles(folder) if left else ():
        with active(profile):
            left = _proved(folder, left, workers)
    for each in left:
        path = each.draft.file.path.as_posix()
        yield from (Offer(path, it.line, it.write, _SAME) for it in each.replacements)


def _presets(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what each preset says here; one that is wrong is no offer."""
    settings, found = load_settings(folder), {}
    for name in dict.fromkeys((*BUILT_IN, *settings.presets)):
        try:
            found[name] = preset_of(name, settings)
        except AirflowKitError:
            continue
    return found


def _proved(folder: Path, files: Sequence[_Covered], workers: int) -> list[_Covered]:
    """Return the files with those replacements with which every task keeps its arguments, if there are any."""
    if not files:
        return []
    steps = {each.draft.file.path: _holding(each) for each in files}
    modules = (*modules_for(each.draft for each in files), "airflowkit.presets")
    with Pool(modules, min(workers, len(files)), folder=folder) as pool:
        proved = list(in_step(steps, Parser(pool, folder, outlined=datetime.now(UTC)).facts))
    return [each for each in proved if each.replacements]


def _holding(covered: _Covered) -> Generator[bytes, FileFacts, _Covered]:
    file = covered.draft.file
    before = yield file.encoded(covered.draft.text)
    held = []
    for each in covered.replacements if not incomparable(before, before) else ():
        after = yield file.encoded(each.text(covered.source))
        if not incomparable(before, after) and _arguments(before) == _arguments(after):
            held.append(each)
    return covered._replace(replacements=held)


def _arguments(facts: FileFacts) -> dict[str, Any]:
    """Return everything that is known of a file's DAGs, without what the presets add to callbacks."""
    outlines, found = dict(facts.outlines), {}
    for dag_id, text in facts.serialized:
        dag = dag_of("", text, outlines[dag_id])
        tasks = {task_id: _without_recorder(fields) for task_id, fields in dag.tasks.items()}
        found[dag_id] = (dag.fields, tasks, dag.edges)
    return found


def _without_recorder(fields: Mapping[Any, str]) -> dict[Any, str]:
    alerts = {it: _RECORDER.sub("", text).replace(", ]", "]") for it, text in fields.items() if it.kind is Kind.ALERT}
    lists = {it: text.removeprefix("[").removesuffix("]") for it, text in alerts.items()}
    others = {it: text for it, text in fields.items() if it.kind is not Kind.ALERT}
    return others | {it: text for it, text in lists.items() if text not in _NOTHING}
