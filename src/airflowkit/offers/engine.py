"""Finds what can be offered in DAG files, and proves of each preset that every task keeps its arguments."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from airflowkit.adopt.engine import Draft, by_folder, in_step, modules_for, named
from airflowkit.adopt.profiles import active, other_profiles
from airflowkit.checks.fixes.syntax import parsed
from airflowkit.checks.workers.contents import Parser, incomparable
from airflowkit.checks.workers.pool import Pool
from airflowkit.compare.fields import Kind, dag_of
from airflowkit.errors import AirflowKitError
from airflowkit.offers.callbacks import Repository, copied_callbacks
from airflowkit.offers.dictionaries import DEFAULT_ARGS, replacements
from airflowkit.offers.offer import Offer
from airflowkit.presets import BUILT_IN, preset_of
from airflowkit.redaction import mask_shapes
from airflowkit.repository import repository_root
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from airflowkit.checks.fixes.syntax import Source
    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.offers.dictionaries import Replacement

_RECORDER: Final = re.compile(r"<function record_failure>(?:, )?")
"""What each preset adds to a task's failure callbacks: it only keeps the reason for the run's alert."""
_NOTHING: Final = frozenset({"", "[]", "None"})
_SAME: Final = "with which every task keeps its arguments, and a failed one leaves its reason for the alert of the run"
_CARD: Final = "on the DAG in place of {}: one card per run, with the reason and what to click"


def offers(paths: Iterable[Path], workers: int) -> list[Offer]:
    """Return what airflowkit has for what the DAG files at paths do by themselves; nothing is written.

    Args:
        paths: DAG files, and folders of them.
        workers: How many processes parse files.
    """
    where = list(paths)
    drafts = {draft.file.path: draft for word in _WORDS for draft in named(where, word).drafts}
    found = [offer for folder, its in by_folder(drafts.values()).items() for offer in _of_folder(folder, its, workers)]
    return sorted(found, key=lambda offer: (offer.path, offer.line))


_WORDS: Final = (DEFAULT_ARGS, "on_failure_callback")


def _of_folder(folder: Path, drafts: Sequence[Draft], workers: int) -> Iterator[Offer]:
    sources = {draft.file.path: (draft, source) for draft in drafts if (source := parsed(draft.text))}
    root = repository_root(folder) or folder
    for path, (_draft, source) in sources.items():
        places = dict.fromkeys((path.absolute().parent, folder.absolute(), root.absolute()))
        for copied in copied_callbacks(source, Repository(tuple(places))):
            note = _CARD.format(copied.name)
            yield Offer(path.as_posix(), copied.line, "on_failure_callback=teams_failure()", note)
    presets = _presets(folder)
    covered = {path: them for path, (_draft, source) in sources.items() if (them := replacements(source, presets))}
    if not covered:
        return
    proved = _proved(folder, [sources[path] for path in covered], covered, workers)
    for profile in other_profiles(folder) if proved else ():
        with active(profile):
            left = {path: them for path, them in proved.items() if them}
            proved = _proved(folder, [sources[path] for path in left], left, workers)
    for path, them in proved.items():
        yield from (Offer(path.as_posix(), each.line, mask_shapes(each.write), _SAME) for each in them)


def _presets(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what each preset says here; one that is wrong is no offer."""
    settings, found = load_settings(folder), {}
    for name in dict.fromkeys((*BUILT_IN, *settings.presets)):
        try:
            found[name] = preset_of(name, settings)
        except AirflowKitError:
            continue
    return found


def _proved(
    folder: Path, files: Sequence[tuple[Draft, Source]], wanted: Mapping[Path, Sequence[Replacement]], workers: int
) -> dict[Path, list[Replacement]]:
    """Return the replacements with which every task of a file keeps its arguments."""
    drafts = [draft for draft, _source in files]
    if not drafts:
        return {}
    steps = {draft.file.path: _holding(draft, source, wanted[draft.file.path]) for draft, source in files}
    with Pool((*modules_for(drafts), "airflowkit.presets"), min(workers, len(drafts)), folder=folder) as pool:
        return dict(in_step(steps, Parser(pool, folder, outlined=datetime.now(UTC)).facts))


def _holding(
    draft: Draft, source: Source, wanted: Sequence[Replacement]
) -> Generator[bytes, FileFacts, tuple[Path, list[Replacement]]]:
    before = yield draft.file.encoded(draft.text)
    held = []
    for each in wanted if not incomparable(before, before) else ():
        after = yield draft.file.encoded(each.text(source))
        if not incomparable(before, after) and _arguments(before) == _arguments(after):
            held.append(each)
    return draft.file.path, held


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
