"""`airflowkit.toml`: where it is found, what it may contain, and how a profile overrides it."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, ValidationError

from airflowkit.errors import SettingsError, did_you_mean
from airflowkit.ignores import ByCode, Code, Doctor, Mute, Reason
from airflowkit.setting_errors import described

FILE_NAME: Final = "airflowkit.toml"
DEFAULT_CONN_ID: Final = "msteams_webhook_url"
"""The name that tutorials use."""
ALERT_BUDGET: Final = 10.0
"""Seconds that an alert may take: Airflow kills a callback after 20, and the task with it."""
MAX_ALERT_BUDGET: Final = 15.0
Table = Mapping[str, Any]


def _not_a_bool(given: Any) -> Any:
    """Refuse true and false, which Pydantic takes for 1 and 0."""
    if isinstance(given, bool):
        raise ValueError("must be a number")  # noqa: TRY004  Pydantic's own kind
    return given


Number = Annotated[float, BeforeValidator(_not_a_bool)]
Whole = Annotated[int, BeforeValidator(_not_a_bool)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NodePool(_Section):
    """`[node_pools.NAME]`: where the pods of `node_pool="NAME"` may run."""

    node_selector: dict[str, str] = Field(default_factory=dict, description="labels that the node has")
    tolerations: list[dict[str, Any]] = Field(default_factory=list, description="tolerations for the nodes' taints")


class Gpu(_Section):
    """`[gpu]`: what `Resources(gpu=1)` requests."""

    resource: str = Field(default="nvidia.com/gpu", description="the resource's full name")
    tolerations: list[dict[str, Any]] = Field(default_factory=list, description="tolerations for GPU nodes' taints")


class Kubernetes(_Section):
    """`[kubernetes]`: the cluster, where rules depend on its version."""

    version: str | None = Field(
        default=None, pattern=r"^1\.\d+$", description="such as 1.34; by default the strictest rules apply"
    )


class Teams(_Section):
    """`[teams]`: how alerts reach Microsoft Teams."""

    conn_id: str = Field(default=DEFAULT_CONN_ID, description="the Airflow connection with the workflow's URL")
    environment: str = Field(default="", description="shown in front of every card's title, such as PROD")
    owners: dict[str, str] = Field(default_factory=dict, description="the address to mention for each owner")
    runbook: str = Field(default="", description="a link; may contain {dag_id} and {task_id}")
    budget: Number = Field(
        default=ALERT_BUDGET, gt=0, le=MAX_ALERT_BUDGET, description="seconds that an alert may take in total"
    )
    mute: tuple[Mute, ...] = Field(
        default=(), description="whose failures make no card, each with dag, task, reason and until"
    )


class Check(_Section):
    """`[check]`: which rules apply, and where."""

    dags_folder: str = Field(default="", description="the DAG folder, relative to the root; by default dags")
    python_path: list[str] | None = Field(
        default=None,
        description="folders, relative to the root, that the deployment has on PYTHONPATH; "
        "by default what the repository's Dockerfile, Compose file, Helm values, CI and pytest settings say",
    )
    select: list[Code] = Field(
        default_factory=lambda: ["AK"], description="the rules to check, as codes or their beginnings, such as AK4"
    )
    ignore: ByCode[Reason] = Field(default_factory=dict, description="why a rule is ignored, by its code")
    severity: ByCode[Literal["error", "warning", "info"]] = Field(
        default_factory=dict, description="the severity of a rule's findings, by its code"
    )
    per_path: dict[str, ByCode[Reason]] = Field(
        default_factory=dict, description="the rules ignored for a path pattern, each code with its reason"
    )
    import_timeout: Number = Field(default=30, gt=0, description="seconds after which a file's import is aborted")
    memory_limit: Whole = Field(default=1024, gt=0, description="MiB above which a file's import is aborted")
    parse_seconds: Number = Field(
        default=2, gt=0, description="seconds of CPU time that the import of a DAG file should not exceed"
    )
    parse_memory: Whole = Field(default=200, gt=0, description="MiB that the import of a DAG file should not exceed")
    dag_id_pattern: str = Field(default="", description="a regular expression that every DAG id matches")
    task_id_pattern: str = Field(default="", description="a regular expression that every task id matches")
    tags: list[str] = Field(default_factory=list, description="the allowed tags; each DAG has at least one")
    owners: list[str] = Field(default_factory=list, description="the allowed owners")
    pools: list[str] = Field(default_factory=list, description="the existing pools, besides default_pool")
    external_dags: list[str] = Field(
        default_factory=list,
        description="ids, or patterns such as sales_*, of DAGs in other repositories that tasks wait for or trigger",
    )
    forbidden_imports: list[str] = Field(
        default_factory=list, description="modules that no DAG file may import at module level"
    )
    require_docs: bool = Field(default=False, description="each DAG has a description or doc_md")
    min_retries: Whole = Field(default=0, ge=0, description="minimum of retries of each task")
    max_retries: Whole | None = Field(default=None, ge=0, description="maximum of retries of each task")
    required_dag_args: list[str] = Field(default_factory=list, description="arguments that each DAG sets")
    required_task_args: list[str] = Field(default_factory=list, description="arguments that each task sets")
    group_id_pattern: str = Field(default="", description="a regular expression that every task group's id matches")
    require_dependencies: bool = Field(default=False, description="each task has an upstream or downstream task")
    max_upstream_tasks: Whole | None = Field(
        default=None, gt=0, description="maximum of direct upstream tasks of a task"
    )
    max_active_runs: Whole | None = Field(default=None, gt=0, description="maximum of max_active_runs of each DAG")
    public_registries: list[str] = Field(default_factory=list, description="registries that need no pull secret")
    cpu_budget: str | None = Field(default=None, description="CPU that the pods of one DAG may request at once")
    memory_budget: str | None = Field(default=None, description="memory that the pods of one DAG may request at once")
    largest_file: Whole = Field(default=1024, gt=0, description="maximum size of a file in the DAG folder, in KiB")
    executor: str = Field(
        default="",
        description="the deployment's executor, such as KubernetesExecutor, or several with commas between them",
    )
    executors: list[str] = Field(
        default_factory=list, description="the executors that a task may name; by default those of executor"
    )
    contract: str = Field(
        default="contract.json", description="what the DAGs need of the cluster, kept by `airflowkit doctor --contract`"
    )
    variables: dict[str, Any] = Field(
        default_factory=dict, description="values of Airflow Variables that this computer does not have"
    )
    connections: dict[str, str | dict[str, Any]] = Field(
        default_factory=dict, description="Connections that this computer does not have, as URIs or tables"
    )
    env: dict[str, StrictStr | StrictInt | StrictFloat] = Field(
        default_factory=dict, description="environment variables that this computer does not have"
    )


class NewDag(_Section):
    """`[new_dag]`: what `airflowkit new-dag` starts from."""

    templates: str = Field(
        default="",
        description="templates of your own: a folder, relative to this file, or the URL of a git repository, "
        "with a branch, tag or commit after #",
    )


LONGEST_DELAY: Final = timedelta(days=365)
"""Until the next try of a task; no date is beyond the end of the calendar then."""


class Retry(_Section):
    """`[retry]`: what `retry_policy = "by-cause"` means, and how far `memory_after_oom` may go."""

    never: list[str] = Field(default_factory=list, description="causes that end a task, such as exit-code:2")
    always: list[str] = Field(default_factory=list, description="causes that are tried again, such as exit-code:75")
    delay: dict[str, Annotated[Number, Field(ge=0, le=LONGEST_DELAY.total_seconds())]] = Field(
        default_factory=dict, description="seconds until the next try, by cause"
    )
    max_memory: str | None = Field(
        default=None,
        pattern=r"^[0-9]+([.][0-9]+)?([KMGTPE]i|[kMGTPE])?$",
        description="the most memory, such as 32Gi, that a step of memory_after_oom may have",
    )


class _File(_Section):
    """The contents of the file."""

    pod: dict[str, Any] = Field(default_factory=dict, description="keywords of pod_task that every pod begins with")
    resources: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="sizes by their name, for resources='small': the arguments of Resources"
    )
    node_pools: dict[str, NodePool] = Field(
        default_factory=dict, description="where pods may run, by the name in node_pool='spot'"
    )
    gpu: Gpu = Gpu()
    kubernetes: Kubernetes = Kubernetes()
    presets: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="arguments of tasks and DAGs by the name of a preset, built in or your own"
    )
    teams: Teams = Teams()
    check: Check = Check()
    new_dag: NewDag = NewDag()
    doctor: Doctor = Doctor()
    retry: Retry = Retry()


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
    schema = _File.model_json_schema()
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
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


def _check_profiles(path: Path | None, profiles: Any) -> None:
    """Reject a profile that is wrong, whichever is active."""
    for name, overlay in profiles.items() if isinstance(profiles, dict) else [("", profiles)]:
        below = ("profile", name) if name else ("profile",)
        if not isinstance(overlay, dict):
            raise SettingsError(f"{path}: {'.'.join(below)} = {overlay!r}: must be a table")
        _validated(path, overlay, below)


def _validated(place: Path | str | None, table: Any, below: tuple[str, ...] = ()) -> _File:
    try:
        return _File.model_validate(table)
    except ValidationError as error:
        lines = dict.fromkeys(described(problem, _File, below) for problem in error.errors())
        raise SettingsError(f"{place}: {'; '.join(lines)}") from None


def _overlaid(base: Table, overlay: Table) -> dict[str, Any]:
    """Return `base` overridden by `overlay`; tables are merged key by key."""
    merged = dict(base)
    for key, value in overlay.items():
        below = merged.get(key)
        merged[key] = _overlaid(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
