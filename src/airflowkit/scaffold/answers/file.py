"""A file of answers, in YAML, TOML or JSON, so that a repository can be created again."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import ScaffoldError, did_you_mean
from airflowkit.scaffold.answers.repository import NOT_ASKED, RepositoryAnswers
from airflowkit.scaffold.names import shown

if TYPE_CHECKING:
    from pathlib import Path


_EXISTING: Final = "existing"
"""Whether the repository has DAGs already: not an answer for its templates, but one for the command."""


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
    known = [*(field.name for field in fields(RepositoryAnswers) if field.name not in NOT_ASKED), _EXISTING]
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
    try:
        return tomllib.loads(text) if path.suffix == ".toml" else _yaml(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise ScaffoldError(f"{path} is not valid: {reason}", hint="Write YAML, or TOML in a file *.toml") from None


def _yaml(text: str) -> Any:
    """Return what a YAML text has, each scalar as it is written: a branch 1.10 is not the number 1.1.

    Raises:
        ValueError: It is not valid, or has a key twice.
    """
    import yaml

    class Texts(yaml.BaseLoader):
        def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002
            if node.tag.removeprefix("tag:yaml.org,2002:") not in {"str", "seq", "map"}:
                raise ValueError(f"line {node.start_mark.line + 1}: the tag {node.tag} has no meaning here")
            is_null = isinstance(node, yaml.ScalarNode) and node.style is None and node.value in {"", "~", "null"}
            return None if is_null else super().construct_object(node, deep)

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
            lines: dict[str, int] = {}
            for key, _ in node.value:
                line = key.start_mark.line + 1
                if key.value in lines:
                    raise ValueError(f"line {line}: {key.value} is in line {lines[key.value]} already")
                lines[str(key.value)] = line
            return super().construct_mapping(node, deep)

    try:
        return yaml.load(text, Texts)  # noqa: S506  texts, lists and mappings, and nothing else
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{place}{getattr(error, 'problem', None) or error}") from None


def _value(path: Path, name: str, value: Any) -> str | bool:
    """Return a value as a flag has it: a list becomes a text with commas."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    if isinstance(value, float):
        raise ScaffoldError(f"{path}: {name} is a number with a point", hint='Put it in quotes: "1.10" is not 1.1')
    if isinstance(value, (dict, list)) or value is None:
        raise ScaffoldError(f"{path}: {name} is not a text, a number, true or false")
    return value if isinstance(value, bool) else str(value)
