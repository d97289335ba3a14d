"""AK6xx: the repository and its deployment."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pathspec import GitIgnoreSpec

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import (
    CommentSubject,
    FileSubject,
    FolderSubject,
    comment_rule,
    file_rule,
    folder_rule,
)
from airflowkit.discovery.dag_files import python_files
from airflowkit.discovery.safe_mode import might_hold_dag
from airflowkit.repository import places_beside
from airflowkit.settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

_STRANGER: Final = re.compile(r"^\s*[\"']?airflowkit(?![-_\w])", re.MULTILINE)
_NO_BYTECODE: Final = re.compile(r"^\s*(?:ENV\s+)?PYTHONDONTWRITEBYTECODE[= ]", re.MULTILINE)
_AIRFLOW_IMAGE: Final = re.compile(r"^FROM\s+(?:--\S+\s+)?((?:\S+/)?apache/airflow(?::(\S+))?)", re.MULTILINE)
_KIB: Final = 1024


@folder_rule("AK601", "test-in-dag-folder", Severity.WARNING)
def test_in_dag_folder(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that no tests lie in the DAG folder.

    ## Why it matters
    git-sync delivers them, and the DAG processor imports them every 30 seconds: fixtures, mocks and all.

    ## How to fix it
    Move them beside the DAG folder, or name them in `.airflowignore`.
    """
    for path in python_files(folder.folder):
        if path.name.startswith("test_") or path.name == "conftest.py" or path.stem.endswith("_test"):
            yield Fault(
                "lies in the DAG folder and is a test", hint="move it to tests/ beside the DAG folder", path=str(path)
            )


@file_rule("AK602", "helper-parsed-as-dag", Severity.INFO)
def helper_parsed_as_dag(file: FileSubject) -> Iterator[Fault]:
    """Checks for files that Airflow parses although they build no DAG.

    ## Why it matters
    A helper that says `airflow` and `dag` somewhere is imported every 30 seconds for nothing.

    ## How to fix it
    Add a line such as `/helpers.py` to `.airflowignore` in the DAG folder. Other files can import it all the same.
    """
    facts = file.facts
    told = (
        facts.failure
        or facts.modules
        or facts.patches
        or facts.output
        or facts.variables
        or facts.connections
        or facts.hosts
    )
    if not told and not facts.dags and not facts.unregistered_dags and might_hold_dag(Path(facts.path)):
        yield Fault("builds no DAG, and is parsed all the same", hint=f"add the line /{_below(file)} to .airflowignore")


@folder_rule("AK603", "wrong-distribution")
def wrong_distribution(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the repository installs the right airflowkit.

    ## Why it matters
    The name `airflowkit` on PyPI belongs to somebody else's project; this one is `airflowkit-k8s`.

    ## How to fix it
    Write `airflowkit-k8s`.
    """
    for path in _files(folder, "requirements*.txt", "requirements*.in"):
        yield from _matches(path, _STRANGER, "installs somebody else's airflowkit", "write airflowkit-k8s")


@folder_rule("AK604", "image-without-bytecode", Severity.WARNING)
def image_without_bytecode(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the image keeps compiled bytecode.

    ## Why it matters
    With `PYTHONDONTWRITEBYTECODE` importing Airflow takes twice as long, before every task and in every parse.

    ## How to fix it
    Delete the line.
    """
    for path in _files(folder, "Dockerfile*"):
        yield from _matches(path, _NO_BYTECODE, "turns bytecode off: imports take twice as long", "delete the line")


@folder_rule("AK605", "airflow-image-not-pinned", Severity.WARNING)
def airflow_image_not_pinned(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that the image is built on one version of Airflow.

    ## Why it matters
    `FROM apache/airflow` is another Airflow after the next build, with its database migrations.

    ## How to fix it
    Name the version: `FROM apache/airflow:3.1.0`.
    """
    for path in _files(folder, "Dockerfile*"):
        for match in _AIRFLOW_IMAGE.finditer(path.read_text(errors="replace")):
            if not re.search(r"\d+\.\d+", match.group(2) or ""):
                yield Fault(
                    f"builds on {match.group(1)}, whatever version that is",
                    hint="write the version of your Airflow: FROM apache/airflow:3.1.0",
                    line=match.string[: match.start()].count("\n") + 1,
                    path=str(path),
                )


@folder_rule("AK606", "local-secrets-in-git")
def local_secrets_in_git(folder: FolderSubject) -> Iterator[Fault]:
    """Checks that git ignores the file with the secrets of local runs.

    ## Why it matters
    `airflowkit.local.toml` holds passwords; what was pushed once stays in the history.

    ## How to fix it
    Add it to `.gitignore`; if it was pushed, change the passwords.
    """
    for path in _files(folder, "airflowkit.local.toml"):
        if not _is_ignored(path):
            yield Fault("holds secrets, and git does not ignore it", hint="add it to .gitignore", path=str(path))


@folder_rule("AK607", "large-file-in-dag-folder", Severity.WARNING)
def large_file_in_dag_folder(folder: FolderSubject) -> Iterator[Fault]:
    """Checks for large files in the DAG folder.

    ## Why it matters
    git-sync fetches them into every pod that holds DAGs, and keeps the history of each change.

    ## How to fix it
    Keep data in a bucket or a volume. `[check] largest_file` sets the limit, in KiB.
    """
    largest = folder.options.largest_file * _KIB
    failed = {file.path for file in folder.files if file.failure}
    for place, folders, names in os.walk(folder.folder):
        folders[:] = (name for name in folders if name != "__pycache__")
        for path in map(Path(place).joinpath, names):
            size = _bytes(path)
            if size > largest and str(path) not in failed:
                yield Fault(f"has {size // _KIB} KiB", hint="keep data in a bucket", path=str(path))


@comment_rule("AK608", "ignore-without-reason", Severity.WARNING)
def ignore_without_reason(ignore: CommentSubject) -> Iterator[Fault]:
    """Checks that each `# airflowkit: ignore[...]` names rules that exist, and says why.

    ## Why it matters
    Nobody dares to delete an ignore whose reason is forgotten. Without a reason it ignores nothing.

    ## How to fix it
    Write `# airflowkit: ignore[AK402] built by hand until March`.
    """
    if not ignore.comment.codes:
        yield Fault("ignores no rule that there is", hint="write ignore[AK402] and the reason")
    for code in ignore.unknown:
        yield Fault(f"ignores {code}, which is no rule", hint="`airflowkit explain` lists all rules")
    if ignore.comment.codes and not ignore.comment.reason:
        yield Fault("ignores a rule and does not say why", hint="add the reason after the bracket")


@comment_rule("AK609", "unused-ignore", Severity.WARNING)
def unused_ignore(ignore: CommentSubject) -> Iterator[Fault]:
    """Checks that each `# airflowkit: ignore[...]` ignores something.

    ## Why it matters
    What it was about is mended, or stands elsewhere by now. Left there, it hides the next fault of this kind.

    ## How to fix it
    Delete the code, or the comment. A comment covers the statement that it stands in, or, on a line of its own, the
    statement that follows; of a `with`, `def` or `for` that is the header. Rules whose findings depend on the machine
    or on what is installed, and rules that were not asked, are never called unused.
    """
    for code in ignore.unused:
        yield Fault(f"ignores {code}, which finds nothing here", hint="delete it")


RULES: Final = (
    test_in_dag_folder,
    helper_parsed_as_dag,
    wrong_distribution,
    image_without_bytecode,
    airflow_image_not_pinned,
    local_secrets_in_git,
    large_file_in_dag_folder,
    ignore_without_reason,
    unused_ignore,
)


def _below(file: FileSubject) -> str:
    path, folder = Path(file.facts.path), file.folder.absolute()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def _bytes(path: Path) -> int:
    """Return the size of a file, of a link its own, as git keeps it; 0 once it is gone."""
    with suppress(FileNotFoundError):
        return path.lstat().st_size
    return 0


def _files(folder: FolderSubject, *patterns: str) -> Iterator[Path]:
    """Yield files of the repository, which stand beside the DAG folder or at the root."""
    for place in places_beside(folder.folder):
        for pattern in patterns:
            yield from sorted(path for path in place.glob(pattern) if path.is_file())


def _matches(path: Path, pattern: re.Pattern[str], message: str, hint: str) -> Iterator[Fault]:
    text = path.read_text(errors="replace")
    for match in pattern.finditer(text):
        line = text[: match.end()].count("\n") + 1
        yield Fault(message, hint=hint, line=line, path=str(path))


def _is_ignored(path: Path) -> bool:
    """Return whether a `.gitignore` beside the file, or above it up to the repository's root, names it."""
    for folder in path.parents:
        rules = folder / ".gitignore"
        lines = rules.read_text(errors="replace").splitlines() if rules.is_file() else []
        if GitIgnoreSpec.from_lines(lines).match_file(path.relative_to(folder)):
            return True
        if (folder / ".git").exists() or (folder / FILE_NAME).is_file():
            return False
    return False
