"""What `airflowkit adopt` writes and says: the files, the differences, and the summary."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import typer

from airflowkit.adopt.adoption import BY_DEFAULT
from airflowkit.checks.fixes.files import write
from airflowkit.checks.fixes.lines import moved
from airflowkit.cli.fixing import print_diff
from airflowkit.errors import FixFailed, agreeing, counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from airflowkit.adopt.adoption import Adoption
    from airflowkit.adopt.engine import Changed, Named
    from airflowkit.offers.offer import Offer


def written(each: Changed) -> Changed:
    """Write a file; of one that cannot be written, nothing has changed."""
    try:
        if each.text != each.file.text:
            write(each.file, each.file.encoded(each.text))
    except FixFailed as error:
        return each.refused(str(error))
    return each


def show(
    found: Sequence[Adoption],
    offers: Sequence[Offer],
    at: Named,
    paths: Sequence[Path],
    *,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Print what was adopted, what was not, and what is offered."""
    for complaint in at.unread:
        typer.echo(complaint, err=True)
    if as_json:
        typer.echo(json.dumps(_as_json(found, at.helpers, offers, dry_run=dry_run), indent=2))
        return
    if dry_run:
        for each in found:
            print_diff(each.file, each.text)
    for line in _lines(found, dry_run=dry_run):
        typer.echo(line)
    if not found:
        typer.echo(f"no DAG file in {listed([path.as_posix() for path in paths])} names KubernetesPodOperator")
    for path in at.helpers:
        typer.echo(f"{path.as_posix()}: names KubernetesPodOperator, and is no DAG file: nothing proves a change there")
    for place, offer in enumerate(offers):
        if not place:
            typer.echo("offered, and yours to write:")
        typer.echo(f"  {offer.path}:{offer.line}: {offer.write}, {offer.note}")


def _lines(found: Sequence[Adoption], *, dry_run: bool) -> Iterator[str]:
    for each in found:
        yield from _of_file(each, dry_run=dry_run)
    number, stays = sum(each.moved for each in found), sum(len(each.stays) for each in found)
    files = sum(bool(each.moved) for each in found)
    yield f"{counted(number, 'call')} {_verb(dry_run=dry_run)} in {counted(files, 'file')}, {stays} left as they are"
    changed = {name for each in found for name in each.changed}
    if better := [name.rpartition(".")[2] for name in BY_DEFAULT if name in changed]:
        yield f"pod_task does better by default: {listed(better)} (--exact keeps them as they were)"
    if others := sorted(changed - BY_DEFAULT.keys()):
        yield f"changes that --allow accepted: {listed(others, len(others))}"


def _of_file(each: Adoption, *, dry_run: bool) -> Iterator[str]:
    path = each.file.path.as_posix()
    if each.objection:
        yield f"{path}: {_staying(len(each.stays), 'call')}: {_in_one_line(each.objection)}"
        return
    if each.moved:
        yield f"{path}: {counted(each.moved, 'call')} {_verb(dry_run=dry_run)}"
    for stays in each.stays:
        yield f"{path}:{_line(each, stays.line, dry_run=dry_run)} stays: {_in_one_line(stays.reason)}"
    for line in each.passed_on:
        place = f"{path}:{_line(each, line, dry_run=dry_run)}"
        yield f"{place} stays: here KubernetesPodOperator is a base class or a value, no call"
    for name, number in each.others.items():
        of = f" of {_DECORATED.get(name, name)}"
        yield f"{path}: {_staying(number, 'task', of)}: adopt rewrites KubernetesPodOperator only"


def _verb(*, dry_run: bool) -> str:
    return "would move" if dry_run else "moved"


_DECORATED: Final = {"_KubernetesDecoratedOperator": "@task.kubernetes"}


def _staying(number: int, noun: str, of: str = "") -> str:
    return f"{counted(number, noun)}{of} {agreeing(number, 'stay')}"


def _line(each: Adoption, line: int, *, dry_run: bool) -> int:
    """Return where something is in the file as it is now: in a dry run that is the one that was read."""
    return line if dry_run else moved(line, each.file.text, each.text) or line


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _as_json(
    found: Sequence[Adoption], helpers: Sequence[Path], offers: Sequence[Offer], *, dry_run: bool
) -> dict[str, Any]:
    files = [
        {
            "path": each.file.path.as_posix(),
            "moved": each.moved,
            "stays": [
                {"line": _line(each, it.line, dry_run=dry_run), "reason": each.objection or it.reason}
                for it in each.stays
            ],
            "changed": list(each.changed),
            "passed_on": [_line(each, line, dry_run=dry_run) for line in each.passed_on],
            "others": dict(each.others),
        }
        for each in found
    ]
    totals = {"moved": sum(it.moved for it in found), "stays": sum(len(it.stays) for it in found)}
    return {
        "version": 1,
        "files": files,
        **totals,
        "helpers": [path.as_posix() for path in helpers],
        "offers": [asdict(offer) for offer in offers],
    }
