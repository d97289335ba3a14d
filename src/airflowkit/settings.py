"""`airflowkit.toml`: where it is found, and how a profile overrides it."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from airflowkit.errors import SettingsError, did_you_mean
from airflowkit.setting_errors import described
from airflowkit.setting_sections import Check, File, Gpu, Kubernetes, NewDag, NodePool, Retry, Teams

if TYPE_CHECKING:
    from airflowkit.ignores import Doctor

FILE_NAME: Final = "airflowkit.toml"
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """A set of values and where they come from.

    Attributes:
        name: Such as `airflowkit.toml [profile.dev.pod]`.
        values: The values by keyword.
    """

    name: str
    values: Table


@dataclass(frozen=True, slots=True)
class Settings:
    """The contents of `airflowkit.toml`, overridden by the active profile.

    Attributes:
        path: The file, or None without one.
        profile: The profile's name, or an empty string.
        pod_layers: The `[pod]` tables, the lowest first: the file's, then the profile's.
        resources: Named sizes for `resources="small"`.
        node_pools: Named placements for `node_pool="gpu"`.
        gpu: A GPU's resource name and tolerations.
        kubernetes: The cluster's version.
        presets: Additions to the built-in presets.
        teams: Defaults of alerts.
        check: Settings of rules.
        new_dag: What a new DAG starts from.
        doctor: What `airflowkit doctor` accepts.
        retry: What a retry policy by cause does.
    """

    path: Path | None
    profile: str
    pod_layers: tuple[Layer, ...]
    resources: Mapping[str, Table]
    node_pools: Mapping[str, NodePool]
    gpu: Gpu
    kubernetes: Kubernetes
    presets: Mapping[str, Table]
    teams: Teams
    check: Check
    new_dag: NewDag
    doctor: Doctor
    retry: Retry

    @property
    def namespace(self) -> str:
        """The namespace of the pods; empty if the settings name none."""
        named = [layer.values.get("namespace") for layer in self.pod_layers]
        return next((name for name in reversed(named) if isinstance(name, str)), "")


def load_settings(start: Path | None = None) -> Settings:
    """Return the settings for a DAG file or folder.

    Args:
        start: A file or folder; `airflowkit.toml` is searched for beside it and upwards. Defaults to the
            current folder. The environment variable AIRFLOWKIT_CONFIG selects a file.

    Raises:
        SettingsError: The selected file is missing, is not valid TOML, or contains something invalid; or the file has
            no profile AIRFLOWKIT_PROFILE.
    """
    named = os.environ.get("AIRFLOWKIT_CONFIG", "")
    path = Path(named) if named else find_settings(start or Path.cwd())
    return _read(path, os.environ.get("AIRFLOWKIT_PROFILE", ""))


def check_settings(start: Path) -> Check:
    """Return `[check]` for a DAG file or folder.

    `[tool.airflowkit.check]` of the nearest `pyproject.toml` is for repositories without an `airflowkit.toml`; if both
    set a key, `airflowkit.toml` wins.

    Raises:
        SettingsError: One of the files is not valid.
    """
    settings = load_settings(start).check
    fallback = _of_pyproject(_nearest("pyproject.toml", start.absolute()))
    return Check.model_validate({**fallback.model_dump(exclude_unset=True), **settings.model_dump(exclude_unset=True)})


def settings_schema() -> dict[str, Any]:
    """Return the JSON schema of `airflowkit.toml`, for editors."""
    schema = File.model_json_schema()
    profiles = {"type": "object", "additionalProperties": {"$ref": "#"}, "description": "overrides by profile"}
    schema["properties"]["profile"] = profiles
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": FILE_NAME}


def forget_settings() -> None:
    """Read `airflowkit.toml` again the next time; otherwise each file is read once in a process."""
    _nearest.cache_clear()
    _read.cache_clear()
    _of_pyproject.cache_clear()


def find_settings(start: Path) -> Path | None:
    """Return the nearest `airflowkit.toml` at or above a file or folder, or None; each folder is searched once."""
    return _nearest(FILE_NAME, start.absolute())


def caller_file() -> Path:
    """Return the file of the nearest caller outside airflowkit and Airflow: the DAG file, or the team's own factory."""
    frame = sys._getframe()  # noqa: SLF001  `inspect.stack` reads every source file on the way
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in {"airflow", "airflowkit"}:
        frame = frame.f_back
    return Path(frame.f_code.co_filename)


@lru_cache(maxsize=512)
def _nearest(name: str, start: Path) -> Path | None:
    path = start / name
    if path.is_file():
        return path
    return _nearest(name, start.parent) if start.parent != start else None


@lru_cache(maxsize=64)
def _of_pyproject(path: Path | None) -> Check:
    if path is None:
        return Check()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return Check()  # other tools report errors in that file
    tools = table.get("tool")
    ours = tools.get("airflowkit", {}) if isinstance(tools, dict) else {}
    if not isinstance(ours, dict):
        raise SettingsError(f"{path}: tool.airflowkit = {ours!r}: must be a table")
    if others := sorted(ours.keys() - {"check"}):
        raise SettingsError(f"{path}: tool.airflowkit.{others[0]}: only check is allowed here", hint=f"use {FILE_NAME}")
    return _validated(f"{path} [tool.airflowkit]", ours).check


@lru_cache(maxsize=64)
def _read(path: Path | None, profile: str) -> Settings:
    table = _parse(path) if path else {}
    profiles = table.pop("profile", {})
    _check_profiles(path, profiles)
    if profile and path and profile not in profiles:
        hint = did_you_mean(profile, profiles) or f"the file has {', '.join(sorted(profiles)) or 'no profile'}"
        raise SettingsError(f"{path}: no profile {profile!r} (AIRFLOWKIT_PROFILE)", hint=hint)
    overlay = profiles.get(profile, {})
    base = _validated(path, table)
    merged = _validated(path, _overlaid(table, overlay))
    layers = (
        Layer(f"{FILE_NAME} [pod]", base.pod),
        Layer(f"{FILE_NAME} [profile.{profile}.pod]", overlay.get("pod", {})),
    )
    return Settings(
        path=path,
        profile=profile,
        pod_layers=tuple(layer for layer in layers if layer.values),
        resources=merged.resources,
        node_pools=merged.node_pools,
        gpu=merged.gpu,
        kubernetes=merged.kubernetes,
        retry=merged.retry,
        presets=merged.presets,
        teams=merged.teams,
        check=merged.check,
        new_dag=merged.new_dag,
        doctor=merged.doctor,
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "AIRFLOWKIT_CONFIG refers to it" if os.environ.get("AIRFLOWKIT_CONFIG") == str(path) else ""
        raise SettingsError(f"{path} cannot be read: {error.strerror}", hint=hint) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        hint = "write all of a table in one place" if "twice" in str(error) else ""
        raise SettingsError(f"{path} is not valid TOML: {error}", hint=hint) from error


def _check_profiles(path: Path | None, profiles: Any) -> None:
    """Reject a profile that is wrong, whichever is active."""
    for name, overlay in profiles.items() if isinstance(profiles, dict) else [("", profiles)]:
        below = ("profile", name) if name else ("profile",)
        if not isinstance(overlay, dict):
            raise SettingsError(f"{path}: {'.'.join(below)} = {overlay!r}: must be a table")
        _validated(path, overlay, below)


def _validated(place: Path | str | None, table: Any, below: tuple[str, ...] = ()) -> File:
    try:
        return File.model_validate(table)
    except ValidationError as error:
        lines = dict.fromkeys(described(problem, File, below) for problem in error.errors())
        raise SettingsError(f"{place}: {'; '.join(lines)}") from None


def _overlaid(base: Table, overlay: Table) -> dict[str, Any]:
    """Return `base` overridden by `overlay`; tables are merged key by key."""
    merged = dict(base)
    for key, value in overlay.items():
        below = merged.get(key)
        merged[key] = _overlaid(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
