"""A file of answers, in YAML, TOML or JSON, so that a repository can be created again."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from airflowkit.errors import ScaffoldError, did_you_mean
from airflowkit.scaffold.answers.repository import NOT_ASKED, RepositoryAnswers
from airflowkit.scaffold.names import shown

if TYPE_CHECKING:
    from pathlib import Path


def read_answers(path: Path) -> dict[str, Any]:
    """Return the answers of a file: the names are those of the flags, with underscores.

    The record of a repository, `.airflowkit/repository.json`, is such a file, too.

    Raises:
        ScaffoldError: The file cannot be read, is neither YAML nor TOML, or has an unknown name or a nested value.
    """
    contents = _parsed(path)
    if isinstance(contents, dict) and isinstance(contents.get("answers"), dict):
        contents = contents["answers"]
    if contents is None:
        return {}
    if not isinstance(contents, dict):
        raise ScaffoldError(f"{path} has no names with values", hint="Write lines such as executor: CeleryExecutor")
    known = [field.name for field in fields(RepositoryAnswers) if field.name not in NOT_ASKED]
    for name in contents:
        if name not in known:
            raise ScaffoldError(f"{path}: unknown answer {shown(str(name))}", hint=_hint(str(name), known))
    return {name: _value(path, name, value) for name, value in contents.items()}


def _hint(name: str, known: list[str]) -> str:
    return did_you_mean(name.replace("-", "_"), known) or f"the answers are {', '.join(known)}"


def _parsed(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScaffoldError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ScaffoldError(f"{path} is not text in UTF-8") from None
    import yaml

    try:
        return tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)
    except (tomllib.TOMLDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ScaffoldError(f"{path} is not valid: {reason}", hint="Write YAML, or TOML in a file *.toml") from None


def _value(path: Path, name: str, value: Any) -> str | bool:
    """Return a value as a flag has it: a list becomes a text with commas."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    if isinstance(value, (dict, list)) or value is None:
        raise ScaffoldError(f"{path}: {name} is not a text, a number, true or false")
    return value if isinstance(value, bool) else str(value)
