"""What `airflowkit upgrade --fix` writes and says: the files, and what was fixed or was not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from airflowkit.checks.fixes.files import write
from airflowkit.cli.fixing import fixed_by, print_diff, total
from airflowkit.errors import FixFailed, listed
from airflowkit.upgrade.fixing import NotFixed, Proved
from airflowkit.upgrade.ruff import installed_ruff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from airflowkit.checks.fixes.plan import Edit
    from airflowkit.checks.model.findings import Finding


def written(proved: Proved) -> Proved:
    """Write the files, each whole or not at all; what cannot be written is not fixed."""
    done: list[Edit] = []
    failed: list[NotFixed] = []
    for edit in proved.edits:
        try:
            write(edit.file, edit.content)
        except FixFailed as error:
            failed += [NotFixed(finding, str(error)) for finding in edit.findings]
        else:
            done.append(edit)
    return replace(proved, edits=tuple(done), rejected=(*proved.rejected, *failed))


def show(proved: Proved, *, only_shown: bool) -> None:
    """Print what was fixed and what was not; with `only_shown`, the differences that nobody has written."""
    for edit in proved.edits if only_shown else ():
        print_diff(edit.file, edit.text)
    for line in _lines(proved, "would be fixed" if only_shown else "fixed"):
        typer.echo(line)


def as_json(proved: Proved) -> dict[str, Any]:
    """Return what was fixed and what was not, for programs."""
    return {
        "ruff": bool(installed_ruff()),
        "fixed": [_named(finding) for finding in fixed_by(proved.edits)],
        "not_fixed": [{**_named(each.finding), "reason": each.reason} for each in proved.rejected],
    }


def _lines(proved: Proved, done: str) -> Iterator[str]:
    fixed = fixed_by(proved.edits)
    yield from (f"{it.where} {it.code} {done}: {it.message}" for it in fixed)
    for (code, message, reason), places in _alike(proved.rejected).items():
        yield f"{listed(places)} {code} not fixed: {message}: {reason}"
    if not installed_ruff():
        yield "ruff is not installed here: what only its rules AIR301 to AIR321 can fix is left (pip install ruff)"
    if not fixed:
        yield "nothing is fixed"
        return
    yield total(proved.edits, done)


def _alike(rejected: Iterable[NotFixed]) -> dict[tuple[str, str, str], list[str]]:
    """Return where each fix was not kept, for the same reason."""
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for each in rejected:
        finding = each.finding
        found[finding.code, finding.message, " ".join(each.reason.split())].append(finding.where)
    return found


def _named(finding: Finding) -> dict[str, Any]:
    return {"path": finding.path, "line": finding.line, "code": finding.code, "message": finding.message}
