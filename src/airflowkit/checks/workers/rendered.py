"""What the templates of a task give in a run that its schedule makes, as far as only the run's dates decide it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit import _airflow
from airflowkit.checks.model.run_dates import SPELLED
from airflowkit.pods.expansion import argument

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jinja2.sandbox import SandboxedEnvironment

    from airflowkit.checks.model.rule import TaskSubject

_MACROS: Final = "macros"

Rendered = tuple[str, str, str]
"""A field, or an entry of one; its template; and what that gives."""


def rendered(task: TaskSubject, dates: Mapping[str, str]) -> list[Rendered]:
    """Return the templated fields of a task that use a run's dates, each filled in with them.

    An expression that needs anything else stays as it is written.

    Args:
        task: The task.
        dates: The dates of the run by their names in the context, in ISO 8601.
    """
    context = _context(dates)
    found = ((place, template, _filled(template, context)) for place, template in _places(task))
    return [each for each in found if each[1] != each[2] == _filled(each[1], context)]  # nothing random


def _places(task: TaskSubject) -> Iterator[tuple[str, str]]:
    for name in task.task.template_fields:
        yield from _texts(name, argument(task.task, name))


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts of a value with their places; a list of texts, such as a command line, is one."""
    if isinstance(value, str):
        yield path, str(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(f"{path}.{key}", inner)
    elif isinstance(value, (list, tuple)) and value and all(isinstance(each, str) for each in value):
        yield path, " ".join(value)


def _context(dates: Mapping[str, str]) -> dict[str, Any]:
    found = {
        name: _airflow.airflow_date(datetime.fromisoformat(text).astimezone(UTC))
        for name, text in dates.items()
        if name != "run_after"
    }
    if date := found.get("logical_date"):
        found |= {name: date.strftime(form) for name, form in SPELLED.items()}
        found |= {"ts": date.isoformat(), "ts_nodash_with_tz": date.isoformat().replace("-", "").replace(":", "")}
    return {**found, _MACROS: _airflow.macros()}


def _filled(template: str, context: Mapping[str, Any]) -> str:
    """Return a template with the expressions filled in that a context suffices for; with statements, all or none."""
    if "{" not in template:
        return template
    try:
        tokens = [(kind, text) for _line, kind, text in _environment().lex(template)]
    except Exception:  # noqa: BLE001  it is no template, which a rule reports
        return template
    if any(kind in {"block_begin", "raw_begin", "linestatement_begin"} for kind, _text in tokens):
        return _evaluated(template, context)
    parts = [""]
    for kind, text in tokens:
        if kind == "variable_begin":
            parts.append("")
        parts[-1] += text
        if kind == "variable_end":
            parts.append("")
    return "".join(_evaluated(part, context) if part.startswith("{{") else part for part in parts)


def _evaluated(template: str, context: Mapping[str, Any]) -> str:
    from jinja2 import meta

    try:
        needed = meta.find_undeclared_variables(_environment().parse(template))
        if not needed <= context.keys() or not needed - {_MACROS}:
            return template
        return _environment().from_string(template).render(context)
    except Exception:  # noqa: BLE001  a template may do anything
        return template


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True, cache_size=1000)
    environment.filters.update(_airflow.template_filters())
    return environment
