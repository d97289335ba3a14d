"""AK601 to AK607: the repository and its deployment."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import (
    FileSubject,
    FolderSubject,
    file_rule,
    folder_rule,
)
from airflowkit.checks.rules.factories import factory_call
from airflowkit.discovery.dag_files import python_files
from airflowkit.discovery.safe_mode import might_hold_dag
from airflowkit.repository import places_beside
from airflowkit.settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHER_PROJECT: Final = re.compile(r"^\s*[\"']?airflowkit(?![-_\w])", re.MULTILINE)
_NO_BYTECODE: Final = re.compile(r"^\s*(?:ENV\s+)?PYTHONDONTWRITEBYTECODE[= ]", re.MULTILINE)
_AIRFLOW_IMAGE: Final = re.compile(r"^FROM\s+(?:--\S+\s+)?((?:\S+/)?apache/airflow(?::(\S+))?)", re.MULTILINE)
_TESTS: Final = re.compile(
    r"^\s*(?:(?:async )?def test|class \w*Test|(?:import|from) (?:pytest|unittest)\b)", re.MULTILINE
)
_KIB: Final = 1024


@folder_rule("AK601", "test-in-dag-folder", Severity.WARNING)
def test_in_dag_folder(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that no tests are in the DAG folder.

    ## Why it matters
    git-sync delivers them, and the DAG processor imports them every 30 seconds, with fixtures, mocks and all.

    ## How to fix it
    Move them beside the DAG folder, or list them in `.airflowignore`. A file that builds DAGs, or that has no tests in
    it, is none, whatever its name.
    """
    building = {file.path for file in folder.files if file.dags}
    for path in python_files(folder.folder):
        if str(path) not in building and _is_test(path):
            yield Fault("is a test in the DAG folder", hint="move it to tests/ beside the DAG folder", path=str(path))


@file_rule("AK602", "helper-parsed-as-dag", Severity.INFO)
def helper_parsed_as_dag(file: FileSubject) -> Iterator[Fault]:
    """Checks for files that Airflow parses although they build no DAG.

    ## Why it matters
    A helper that mentions `airflow` and `dag` somewhere is imported every 30 seconds for nothing.

    ## How to fix it
    Add a line such as `/helpers.py` to `.airflowignore` in the DAG folder. Other files can still import the helper.
    """
    facts = file.facts
    reported = (
        facts.failure
        or facts.modules
        or facts.patches
        or facts.output
        or facts.variables
        or facts.connections
        or facts.hosts
    )
    path = Path(facts.path)
    builds = facts.dags or facts.unregistered_dags or factory_call(path)
    if not reported and not builds and might_hold_dag(path) and not _is_test(path):
        yield Fault("builds no DAG, but is parsed anyway", hint=f"add the line /{_below(file)} to .airflowignore")


@folder_rule("AK603", "wrong-distribution")
def wrong_distribution(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the repository installs the right airflowkit.

    ## Why it matters
    The name `airflowkit` on PyPI belongs to an unrelated project; this one is `airflowkit-k8s`.

    ## How to fix it
    Write `airflowkit-k8s`.
    """
    for path in _files(folder, "requirements*.txt", "requirements*.in"):
        yield from _matches(
            path, _OTHER_PROJECT, "installs an unrelated project named airflowkit", "write airflowkit-k8s"
        )


@folder_rule("AK604", "image-without-bytecode", Severity.WARNING)
def image_without_bytecode(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the image keeps compiled bytecode.

    ## Why it matters
    With `PYTHONDONTWRITEBYTECODE` importing Airflow takes twice as long, before every task and at every parse.

    ## How to fix it
    Delete the line.
    """
    for path in _files(folder, "Dockerfile*"):
        yield from _matches(path, _NO_BYTECODE, "turns bytecode off, so imports take twice as long", "delete the line")


@folder_rule("AK605", "airflow-image-not-pinned", Severity.WARNING)
def airflow_image_not_pinned(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the image is built on one version of Airflow.

    ## Why it matters
    With `FROM apache/airflow` the next build may contain a different version of Airflow, with its database migrations.

    ## How to fix it
    Name the version: `FROM apache/airflow:3.1.0`.
    """
    for path in _files(folder, "Dockerfile*"):
        for match in _AIRFLOW_IMAGE.finditer(path.read_text(errors="replace")):
            if not re.search(r"\d+\.\d+", match.group(2) or ""):
                yield Fault(
                    f"builds on {match.group(1)}, which names no version",
                    hint="name the version of your Airflow: FROM apache/airflow:3.1.0",
                    line=match.string[: match.start()].count("\n") + 1,
                    path=str(path),
                )


@folder_rule("AK606", "local-secrets-in-git")
def local_secrets_in_git(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that git ignores the file with the secrets of local runs.

    ## Why it matters
    `airflowkit.local.toml` contains passwords; once pushed, they stay in the history.

    ## How to fix it
    Add the file to `.gitignore`; if it was pushed, change the passwords.
    """
    for path in _files(folder, "airflowkit.local.toml"):
        if not _is_ignored(path):
            yield Fault("contains secrets, but git does not ignore it", hint="add it to .gitignore", path=str(path))


@folder_rule("AK607", "large-file-in-dag-folder", Severity.WARNING)
def large_file_in_dag_folder(folder: FolderSubject) -> Iterator[Fault]:
    """Checks for large files in the DAG folder.

    ## Why it matters
    git-sync fetches them into every pod that needs the DAGs, and git keeps every version of them.

    ## How to fix it
    Keep data in a bucket or on a volume. `[check] largest_file` sets the limit, in KiB.
    """
    largest = folder.options.largest_file * _KIB
    failed = {file.path for file in folder.files if file.failure}
    for place, folders, names in os.walk(folder.folder):
        folders[:] = (name for name in folders if name != "__pycache__")
        for path in map(Path(place).joinpath, names):
            size = _bytes(path)
            if size > largest and str(path) not in failed:
                yield Fault(
                    f"is {-(-size // _KIB)} KiB large; the limit is {largest // _KIB} KiB",
                    hint="keep data in a bucket or on a volume",
                    path=str(path),
                )


RULES: Final = (
    test_in_dag_folder,
    helper_parsed_as_dag,
    wrong_distribution,
    image_without_bytecode,
    airflow_image_not_pinned,
    local_secrets_in_git,
    large_file_in_dag_folder,
)


def _is_test(path: Path) -> bool:
    """Return whether a file is called as pytest wants it, and has tests in it."""
    if path.name == "conftest.py":
        return True
    if not path.name.startswith("test_") and not path.stem.endswith("_test"):
        return False
    with suppress(OSError):
        return _TESTS.search(path.read_text(encoding="utf-8", errors="replace")) is not None
    return False


def _below(file: FileSubject) -> str:
    path, folder = Path(file.facts.path), file.folder.absolute()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _bytes(path: Path) -> int:
    """Return the size of a file, or of a link itself, as git stores it; 0 if it is gone."""
    with suppress(FileNotFoundError):
        return path.lstat().st_size
    return 0


def _files(folder: FolderSubject, *patterns: str) -> Iterator[Path]:
    """Yield files beside the DAG folder or at the repository's root."""
    for place in places_beside(folder.folder):
        for pattern in patterns:
            yield from sorted(path for path in place.glob(pattern) if path.is_file())


def _matches(path: Path, pattern: re.Pattern[str], message: str, hint: str) -> Iterator[Fault]:
    text = path.read_text(errors="replace")
    for match in pattern.finditer(text):
        line = text[: match.end()].count("\n") + 1
        yield Fault(message, hint=hint, line=line, path=str(path))


def _is_ignored(path: Path) -> bool:
    """Return whether a `.gitignore` beside the file, or above it up to the repository's root, matches it."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415  hardly any repository has secrets to ask about

    for folder in path.parents:
        rules = folder / ".gitignore"
        lines = rules.read_text(errors="replace").splitlines() if rules.is_file() else []
        if GitIgnoreSpec.from_lines(lines).match_file(path.relative_to(folder)):
            return True
        if (folder / ".git").exists() or (folder / FILE_NAME).is_file():
            return False
    return False
