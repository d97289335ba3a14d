"""What a repository records of its creation, so that later templates can be merged into it."""

from __future__ import annotations

import base64
import json
import textwrap
import zlib
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from airflowkit import __version__
from airflowkit.errors import ScaffoldError
from airflowkit.scaffold.answers.repository import NOT_ASKED, RepositoryAnswers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RECORD: Final = ".airflowkit/repository.json"
"""The file with the answers, the version of the templates, and what they rendered to."""
_LINE: Final = 120


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
        "name": answers.name,
        "answers": {name: value for name, value in asdict(answers).items() if name not in NOT_ASKED},
        "files": textwrap.wrap(packed, _LINE),
    }
    return json.dumps(contents, indent=2, ensure_ascii=False) + "\n"


def recorded_files(text: str) -> dict[str, str]:
    """Return the files of a record, as they were written.

    Raises:
        ScaffoldError: The text is not a record.
    """
    with _invalid_record():
        contents = json.loads(text)
        files: dict[str, str] = json.loads(zlib.decompress(base64.b64decode("".join(contents["files"]))))
    return files


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
        answers = {
            name: tuple(value) if isinstance(value, list) else value for name, value in contents["answers"].items()
        }
        return RepositoryAnswers(**{**answers, **changes, "name": contents["name"], "airflowkit_version": __version__})


@contextmanager
def _invalid_record() -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        raise ScaffoldError(
            f"{RECORD} is not valid", hint="Restore it from git, or install a newer airflowkit"
        ) from None
