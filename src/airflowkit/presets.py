"""Presets: named conventions instead of copied `default_args`."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from airflowkit.alerts.facts.recorder import record_failure
from airflowkit.errors import PresetNotFound, SettingsError, did_you_mean, shown, slip_of
from airflowkit.pods.spec.keywords import REWRITTEN
from airflowkit.settings import caller_file, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.settings import Settings

_COMMON: Final = {
    "retries": 2,
    "retry_delay": timedelta(minutes=5),
    "execution_timeout": timedelta(hours=6),
    "catchup": False,
    "max_active_runs": 1,
}

BUILT_IN: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "standard": _COMMON,
        "sequential": _COMMON | {"depends_on_past": True, "wait_for_downstream": True},
        "backfill": _COMMON | {"retries": 3, "catchup": True, "max_active_runs": 4, "max_active_tasks": 8},
        "manual": _COMMON | {"retries": 0},
    }
)

OF_THE_DAG: Final = frozenset(
    {
        "catchup",
        "dagrun_timeout",
        "fail_fast",
        "is_paused_upon_creation",
        "max_active_runs",
        "max_active_tasks",
        "max_consecutive_failed_dag_runs",
        "tags",
    }
)
"""What a preset says of the DAG; everything else is of its tasks."""
_KNOWN: Final = frozenset().union(
    OF_THE_DAG, {"owner", "max_retry_delay", "retry_policy", "start_date"}, *BUILT_IN.values()
)
_DURATIONS: Final = frozenset({"retry_delay", "max_retry_delay", "execution_timeout", "dagrun_timeout"})


def default_args(preset: str = "standard", *, owner: str | None = None, **overrides: Any) -> dict[str, Any]:
    """Return a preset's `default_args` for a DAG.

    Args:
        preset: `standard` (two retries, a time limit), `sequential` (each run waits for the one before),
            `backfill` (three retries), `manual` (no retries: somebody is watching), or a name from `airflowkit.toml`.
        owner: The team that owns the tasks; alerts mention it.
        **overrides: Any keyword of an operator; it replaces the preset's value, save that a failure callback
            is added to the one that leaves a failure's reason for the run's alert.

    Returns:
        A new dictionary that any operator understands.

    Raises:
        PresetNotFound: No preset of that name.
        SettingsError: `airflowkit.toml` is wrong.
        TypeError: An override is misspelt: Airflow would drop it without a word.

    Examples:
        >>> default_args("standard", owner="data-eng")["retries"]
        2
    """
    for key in overrides:
        if meant := _meant(key):
            raise TypeError(
                f"default_args({shown(preset)}) has {key!r}, which no operator accepts; did you mean {meant!r}?"
            )
    values = {
        key: value for key, value in preset_of(preset, load_settings(caller_file())).items() if key not in OF_THE_DAG
    }
    values |= {"owner": owner} if owner else {}
    # First, so that it runs even if the author's own callback fails: the run's alert reads what it records.
    callbacks = [record_failure, *_as_list(overrides.get("on_failure_callback"))]
    merged = values | overrides | {"on_failure_callback": callbacks}
    if merged.get("retry_policy") is not None:
        from airflowkit.pods.retry import policy_of  # noqa: PLC0415  it imports Airflow

        merged["retry_policy"] = policy_of(merged["retry_policy"], None)
    if not merged.keys() & REWRITTEN:
        return merged
    from airflowkit.pods.default_args import for_any_operator  # noqa: PLC0415  it imports the operator

    return for_any_operator(merged, load_settings(caller_file()))


def dag_args(preset: str = "standard", **overrides: Any) -> dict[str, Any]:
    """Return a preset's keywords for `DAG` itself: `catchup`, `max_active_runs` and the like.

    Args:
        preset: As for `default_args`.
        **overrides: Any keyword of `DAG`; it replaces the preset's value.

    Raises:
        PresetNotFound: No preset of that name.
        SettingsError: `airflowkit.toml` is wrong.

    Examples:
        >>> dag_args("backfill")["catchup"]
        True
    """
    return {
        key: value for key, value in preset_of(preset, load_settings(caller_file())).items() if key in OF_THE_DAG
    } | overrides


def _as_list(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def preset_of(name: object, settings: Settings) -> dict[str, Any]:
    """Return everything that a preset says, of the tasks and of the DAG.

    Raises:
        PresetNotFound: No preset of that name.
        SettingsError: `airflowkit.toml` is wrong.
    """
    if not isinstance(name, str) or (name not in BUILT_IN and name not in settings.presets):
        known = sorted({*BUILT_IN, *settings.presets})
        raise PresetNotFound(
            f"no preset {shown(name)}", hint=did_you_mean(name, known) or f"there are {', '.join(known)}"
        )
    return {**BUILT_IN.get(name, _COMMON), **_from_settings(name, settings)}


def _from_settings(name: str, settings: Settings) -> dict[str, Any]:
    table = settings.presets.get(name, {})
    for key in table:
        if meant := _meant(key):
            raise SettingsError(f"airflowkit.toml: presets.{name}.{key} is not known", hint=f"did you mean {meant!r}?")
    return {
        key: _duration(f"presets.{name}.{key}", value) if key in _DURATIONS else value for key, value in table.items()
    }


def _meant(key: str) -> str:
    """Return the keyword of which a key is a misspelling, or an empty string; operators of one's own take any other."""
    return "" if key in _KNOWN else slip_of(key, _KNOWN)


def _duration(place: str, value: object) -> timedelta:
    try:
        return TypeAdapter(timedelta).validate_python(value)
    except ValidationError:
        raise SettingsError(
            f"airflowkit.toml: {place} = {value!r} is not a valid duration",
            hint='write seconds (300), "HH:MM:SS" or ISO 8601 ("PT5M")',
        ) from None
