"""`airflowkit check --fix` and `--diff`: mechanical fixes, written or shown."""

from __future__ import annotations

from collections import Counter
from difflib import unified_diff
from typing import TYPE_CHECKING

import typer

from airflowkit.checks.fixes.files import write
from airflowkit.checks.fixes.lines import lines_of
from airflowkit.checks.fixes.plan import Edit, planned
from airflowkit.checks.fixes.proof import proved
from airflowkit.checks.parsing import pool_size
from airflowkit.errors import FixFailed, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from airflowkit.checks.fixes.files import TextFile
    from airflowkit.checks.model.findings import Finding


def show_diff(findings: Sequence[Finding], workers: int | None) -> bool:
    """Print what `--fix` would change; return whether there is anything."""
    edits = held(findings, workers)
    for edit in edits:
        print_diff(edit.file, edit.text)
    return bool(edits)


def apply_fixes(findings: Sequence[Finding], workers: int | None, *, to_stderr: bool) -> bool:
    """Write the fixes and print them; return whether there are any."""
    done: list[Edit] = []
    for edit in held(findings, workers):
        try:
            write(edit.file, edit.content)
        except FixFailed as error:
            typer.echo(f"airflowkit: {error}", err=True)
        else:
            done.append(edit)
    for finding in fixed_by(done):
        typer.echo(f"{finding.where} {finding.code} fixed", err=to_stderr)
    if done:
        typer.echo(f"{total(done, 'fixed')}\n", err=to_stderr)
    return bool(done)


def fixed_by(edits: Iterable[Edit]) -> list[Finding]:
    """Return the findings that edits fix."""
    return [finding for edit in edits for finding in edit.findings]


def total(edits: Sequence[Edit], done: str) -> str:
    """Return how many findings edits fix, in how many files, and how many of each rule."""
    counts = Counter(finding.code for finding in fixed_by(edits))
    by_code = ", ".join(f"{number} {code}" for code, number in sorted(counts.items()))
    return f"{counts.total()} {done} in {counted(len(edits), 'file')}: {by_code}"


def held(findings: Iterable[Finding], workers: int | None) -> list[Edit]:
    """Return the edits that leave the DAGs' behaviour unchanged, and print why the others do not."""
    verdicts = proved(planned(findings), pool_size(workers))
    for verdict in verdicts:
        if verdict.objection:
            codes = ", ".join(dict.fromkeys(finding.code for finding in verdict.edit.findings))
            typer.echo(f"airflowkit: {verdict.edit.file.path}: {codes} not fixed: {verdict.objection}", err=True)
    return [verdict.edit for verdict in verdicts if not verdict.objection]


def print_diff(file: TextFile, after: str) -> None:
    """Print the difference between a file and another text of it."""
    path = file.path.as_posix()
    old = "/dev/null" if file.content is None else path
    for line in unified_diff(lines_of(file.text), lines_of(after), old, path):
        typer.echo(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", nl=False)
