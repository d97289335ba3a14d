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
    fixed: list[Finding] = []
    files = 0
    for edit in held(findings, workers):
        try:
            write(edit.file, edit.content)
        except FixFailed as error:
            typer.echo(f"airflowkit: {error}", err=True)
            continue
        fixed += edit.findings
        files += 1
    for finding in fixed:
        where = f"{finding.path}:{finding.line}" if finding.line else finding.path
        typer.echo(f"{where} {finding.code} fixed", err=to_stderr)
    if fixed:
        counts = ", ".join(f"{number} {code}" for code, number in sorted(Counter(it.code for it in fixed).items()))
        typer.echo(f"{len(fixed)} fixed in {counted(files, 'file')}: {counts}\n", err=to_stderr)
    return bool(fixed)


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
