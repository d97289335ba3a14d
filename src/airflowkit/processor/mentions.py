"""Where a repository says what is on `PYTHONPATH`: Dockerfiles, Compose, Helm values, CI, pytest's settings."""

from __future__ import annotations

import configparser
import os
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_VALUE: Final = r"""(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'`,;&|]+))"""
_SET: Final = re.compile(rf"""(?<![$\w{{])PYTHONPATH["']?(?:\s*[:=]\s*|[ \t]+(?=["'/.$])){_VALUE}""")
_LISTED: Final = re.compile(rf"""name["']?\s*:\s*["']?PYTHONPATH["']?\s*,?\s*["']?value["']?\s*:\s*{_VALUE}""")
_COMMENT: Final = re.compile(r"^\s*(?:#|//).*$", re.MULTILINE)
_CONTINUED: Final = re.compile(r"\\\r?\n")
_WORKSPACE: Final = re.compile(r"\$\{\{\s*github\.workspace\s*\}\}|\$\(pwd\)|`pwd`|\$\(CURDIR\)|\$\(PWD\)")
_VARIABLE: Final = re.compile(r"\$\$?(?:(\w+)|\{(\w+)(?::?[-=]([^}]*))?\})")
_HERE: Final = frozenset(
    {"PWD", "CURDIR", "GITHUB_WORKSPACE", "CI_PROJECT_DIR", "WORKSPACE", "AIRFLOW_PROJ_DIR", "BUILD_SOURCESDIRECTORY"}
)
_ASTRONOMER: Final = re.compile(r"^\s*FROM\s+\S*(?:astro-runtime|astronomerinc|astrocrpublic)\S*", re.MULTILINE)
"""Images whose `PYTHONPATH` has the project's folder: https://www.astronomer.io/docs/astro/cli/develop-project."""
_NAMES: Final = re.compile(
    r"(?:docker)?file.*|containerfile.*|.*\.dockerfile|.*\.ya?ml|\.env.*|.*\.env|\.?envrc|makefile|justfile"
    r"|devcontainer\.json|jenkinsfile|noxfile\.py|.*\.sh",
    re.IGNORECASE,
)
_OF_TESTS: Final = re.compile(
    r"\.gitlab-ci.*|azure-pipelines.*|bitbucket-pipelines.*|makefile|justfile|jenkinsfile|noxfile\.py|\.?envrc|tox\..*",
    re.IGNORECASE,
)
_CI_FOLDERS: Final = frozenset({".github", ".circleci", ".gitlab", ".buildkite"})
_HIDDEN: Final = _CI_FOLDERS | {".devcontainer"}
_PASSED_OVER: Final = frozenset({"node_modules", "__pycache__", "site-packages", "venv", "env"})
_DEPTH: Final = 4
_MOST: Final = 500
_LARGEST: Final = 2**20
AIRFLOW_HOME: Final = "/opt/airflow"


@dataclass(frozen=True, slots=True)
class Mention:
    """An entry of `PYTHONPATH` as a file of the repository names it.

    Attributes:
        path: The entry, with variables resolved.
        file: The file.
        for_tests: Whether only tests and CI have it.
    """

    path: str
    file: Path
    for_tests: bool


def texts(root: Path, without: Path) -> Iterator[tuple[Path, str]]:
    """Yield the repository's files that may say how its DAGs are deployed or tested, without comments.

    Args:
        root: The repository.
        without: The DAG folder, which has no such file.
    """
    for file in islice(_files(root, without, _DEPTH), _MOST):
        with suppress(OSError, UnicodeDecodeError):
            if file.stat().st_size <= _LARGEST:
                yield file, _plain(file.read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    """Return a text without comments and continued lines, and with `.` for the workspace."""
    return _WORKSPACE.sub(".", _CONTINUED.sub(" ", _COMMENT.sub("", text)))


def mentions(file: Path, text: str) -> Iterator[Mention]:
    """Yield what a file puts on `PYTHONPATH`."""
    for_tests = bool(_OF_TESTS.fullmatch(file.name)) or not _CI_FOLDERS.isdisjoint(file.parts)
    if _ASTRONOMER.search(text):
        yield Mention(".", file, for_tests=False)
    for match in (*_SET.finditer(text), *_LISTED.finditer(text)):
        value = next(filter(None, match.groups()), "")
        for path in _resolved(value, text).split(":"):
            if path:
                yield Mention(path, file, for_tests)


def of_pytest(root: Path) -> Iterator[Mention]:
    """Yield pytest's `pythonpath`, from the files that pytest reads."""
    with suppress(OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, AttributeError):
        tool = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {})
        table = tool.get("pytest", {})
        given = table.get("ini_options", table).get("pythonpath", [])
        yield from _tests(given.split() if isinstance(given, str) else given, root / "pyproject.toml")
    for name, section in (("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        config = configparser.ConfigParser(interpolation=None, strict=False)
        with suppress(configparser.Error, UnicodeDecodeError):
            config.read(root / name, encoding="utf-8")
            yield from _tests(config.get(section, "pythonpath", fallback="").split(), root / name)


def _tests(paths: list[str], file: Path) -> Iterator[Mention]:
    yield from (Mention(str(path), file, for_tests=True) for path in paths)


def _resolved(value: str, text: str) -> str:
    """Return a value without variables: the workspace is `.`, and others are what the file says."""

    def meaning(match: re.Match[str]) -> str:
        name, default = match[1] or match[2], match[3] or ""
        if name in _HERE:
            return "."
        if name == "PYTHONPATH":
            return ""
        given = re.search(rf"""(?<![$\w{{]){name}["']?(?:\s*[:=]\s*|[ \t]+){_VALUE}""", text)
        found = next(filter(None, given.groups()), "") if given else default
        return AIRFLOW_HOME if name == "AIRFLOW_HOME" and not found else "" if "$" in found else found

    return _VARIABLE.sub(meaning, value)


def _files(folder: Path, without: Path, depth: int) -> Iterator[Path]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda it: (it.is_dir(), it.name)):
            path = Path(entry.path)
            if entry.is_file() and _NAMES.fullmatch(entry.name):
                yield path
            elif depth and entry.is_dir(follow_symlinks=False) and _is_looked_into(entry.name) and path != without:
                yield from _files(path, without, depth - 1)


def _is_looked_into(name: str) -> bool:
    return name in _HIDDEN or not (name.startswith(".") or name in _PASSED_OVER)
