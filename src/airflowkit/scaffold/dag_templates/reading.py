"""Reads the description of a template."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from airflowkit.errors import did_you_mean
from airflowkit.scaffold.dag_templates.template import DAG_FILE, DESCRIPTION, DagTemplate, Option, broken

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = r"^[a-z][a-z0-9_]*$"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern


class _Option(_Strict):
    help: str = Field(min_length=1)
    default: str = ""
    pattern: Annotated[str, AfterValidator(_compiles)] = ""
    dag: bool = False


class _Description(_Strict):
    title: str = Field(min_length=1, pattern=r"^[^\n]+$")
    page: str = ""
    image: str = ""
    schedule: str = "@daily"
    requires: list[str] = Field(default_factory=list)
    alerts: bool = False
    files: dict[str, str] = Field(default_factory=dict)
    options: dict[Annotated[str, Field(pattern=_NAME)], _Option] = Field(default_factory=dict)
    refused_schedules: dict[str, str] = Field(default_factory=dict)


def read_template(folder: Path, source: str) -> DagTemplate:
    """Return the template in a folder.

    Args:
        folder: Its folder.
        source: Where it is from.

    Raises:
        BrokenTemplate: Its description is not valid, or a file is missing.
    """
    path = folder / DESCRIPTION
    text = _text(path)
    described = _described(path, text)
    for name in (DAG_FILE, *described.files):
        if not (folder / name).is_file() or not (folder / name).resolve().is_relative_to(folder.resolve()):
            raise broken(path, _line_of(text, name), f"the template has no file {name!r}")
        _text(folder / name)
    return DagTemplate(
        name=folder.name,
        folder=folder,
        title=described.title,
        page=described.page.strip(),
        files=described.files,
        options=tuple(Option(name, **option.model_dump()) for name, option in described.options.items()),
        image=described.image,
        schedule=described.schedule,
        requires=tuple(described.requires),
        alerts=described.alerts,
        refused_schedules=described.refused_schedules,
        source=source,
    )


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise broken(path, 0, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise broken(path, line, "not text in UTF-8") from None


def _described(path: Path, text: str) -> _Description:
    try:
        return _Description.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        found = re.search(r"line (\d+)", place)
        line = int(found[1]) if found else text.count("\n") + 1  # "at end of document"
        raise broken(path, line, f"not valid TOML: {what}") from None
    except ValidationError as error:
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")  # a misspelling explains others
        keys = [str(part) for part in first["loc"] if part != "[key]"]
        line = _line_of(text, *keys)
        raise broken(path, line, _reason(keys, dict(first)), hint=_hint(keys, dict(first))) from None


def _reason(place: list[str], error: dict[str, Any]) -> str:
    name = ".".join(place)
    if error["type"] == "extra_forbidden":
        return f"{name} is not known"
    if error["type"] == "missing":
        return f"{name} is missing"
    return f"{name}: {error['msg'].removeprefix('Value error, ')}"


def _hint(place: list[str], error: dict[str, Any]) -> str:
    if error["type"] != "extra_forbidden":
        return ""
    model = _Option if place[0] == "options" else _Description
    return did_you_mean(place[-1], model.model_fields) or f"known are {', '.join(model.model_fields)}"


def _line_of(text: str, *place: str) -> int:
    """Return the line on which a key is written, or its table; the first line where it is missing."""
    for name in reversed(place):
        key = rf"""(?:["']?{re.escape(name)}["']?)"""
        written = re.compile(rf"^\s*(?:{key}\s*[.=]|\[.*{key}\s*\])|[{{,.]\s*{key}\s*=")
        for number, line in enumerate(text.splitlines(), 1):
            if written.search(line):
                return number
    return 1
