"""What a repository records of its creation, so that later templates can be merged into it."""

from __future__ import annotations

import base64
import json
import textwrap
import zlib
from contextlib import contextmanager
from dataclasses import asdict, fields
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from packaging.version import Version

from airflowkit import __version__
from airflowkit.errors import ScaffoldError
from airflowkit.scaffold.answers.repository import NOT_ASKED, RepositoryAnswers
from airflowkit.scaffold.versions import CHART

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RECORD: Final = ".airflowkit/repository.json"
"""The file with the answers, the version of the templates, and what they rendered to."""
_LINE: Final = 120
_OURS: Final = "airflowkit"
_LARGEST: Final = 20_000_000
"""Bytes of all files; those of a repository have some ten thousand."""
_RESTORE: Final = "Restore it from git, or install a newer airflowkit"
_DEFAULTS: Final = {field.name: field.default for field in fields(RepositoryAnswers) if field.name not in NOT_ASKED}


def record(answers: RepositoryAnswers, files: Mapping[str, str]) -> str:
    """Return the text of the record.

    Args:
        answers: The values for the repository.
        files: The text of each file as it was written, by its path.
    """
    packed = base64.b64encode(zlib.compress(json.dumps(files).encode(), 9)).decode()
    contents = {
        "about": "Written by airflowkit new-repo, for airflowkit update. Do not edit.",
        "version": answers.airflowkit_version,
        "versions": {of: it for of, it in versions_of(answers).items() if of != _OURS},
        "name": answers.name,
        "answers": {name: value for name, value in asdict(answers).items() if name not in NOT_ASKED},
        "files": textwrap.wrap(packed, _LINE),
    }
    return json.dumps(contents, indent=2, ensure_ascii=False) + "\n"


def versions_of(answers: RepositoryAnswers) -> dict[str, str]:
    """Return the versions that belong together in a new repository; the provider's is that of this installation."""
    provider = version("apache-airflow-providers-cncf-kubernetes")
    versions = {"chart": CHART, "airflow": answers.airflow_version, "provider": provider}
    return versions | {_OURS: answers.airflowkit_version}


def recorded_versions(text: str) -> dict[str, str]:
    """Return the versions that belong together in a recorded repository: airflowkit's, and others as far as it says.

    Raises:
        ScaffoldError: The text is not a record.
    """
    with _invalid_record():
        contents = json.loads(text)
        versions = {**contents.get("versions", {}), _OURS: contents["version"]}
        return {of: str(Version(found)) for of, found in versions.items()}


def recorded_files(text: str) -> dict[str, str]:
    """Return the files of a record, as they were written.

    Raises:
        ScaffoldError: The text is not a record.
    """
    with _invalid_record():
        contents = json.loads(text)
        unpacked = zlib.decompressobj().decompress(base64.b64decode("".join(contents["files"])), _LARGEST)
        files: dict[str, str] = json.loads(unpacked)
        if not all(_is_path(path) and isinstance(content, str) for path, content in files.items()):
            raise ValueError("not files")
    return files


def _is_path(path: str) -> bool:
    """Return whether a text is the path of a file below a repository, as `new-repo` writes it."""
    parts = path.split("/")
    return not {"", ".", "..", ".git"} & {part.lower() for part in parts} and path.isprintable()


def recorded_answers(text: str, **changes: str) -> RepositoryAnswers:
    """Return the answers of a record, for the installed version of airflowkit.

    Args:
        text: The record.
        changes: Answers to replace.

    Raises:
        ScaffoldError: The text is not a record, or an answer is not valid.
    """
    with _invalid_record():
        contents = json.loads(text)
        name, recorded = str(contents["name"]), dict(contents["answers"])
    answers = {answer: _answer(answer, value) for answer, value in {**recorded, **changes}.items()}
    return RepositoryAnswers(**answers, name=name, airflowkit_version=__version__)


def _answer(name: str, value: Any) -> Any:
    """Return a recorded answer with the type that its default has."""
    default = _DEFAULTS.get(name)
    if default is None:
        raise ScaffoldError(f"{RECORD}: unknown answer {name!r}", hint="Install a newer airflowkit")
    if isinstance(default, tuple) and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(default, bool) is isinstance(value, bool) and isinstance(value, str | int):
        return value if isinstance(value, bool) else str(value)
    raise ScaffoldError(f"{RECORD}: {name} is not a value that new-repo writes", hint=_RESTORE)


@contextmanager
def _invalid_record() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error):
        raise ScaffoldError(f"{RECORD} is not valid", hint=_RESTORE) from None
