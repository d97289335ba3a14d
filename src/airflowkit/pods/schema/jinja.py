"""Jinja in a pod: what is left for Airflow to fill in, and whether its syntax is right."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, TemplateSyntaxError

if TYPE_CHECKING:
    from collections.abc import Iterator


def is_runtime_value(value: object) -> bool:
    """Tell whether a value is known only when the task runs: a template, or another task's output."""
    if isinstance(value, str):
        return "{{" in value or "{%" in value or "{#" in value
    return hasattr(value, "iter_references")  # an XComArg, without importing it


@lru_cache(maxsize=4096)
def template_fault(text: str) -> str:
    """Say what is wrong with a template's syntax."""
    try:
        Environment(autoescape=False).parse(text)  # noqa: S701  nothing is rendered
    except TemplateSyntaxError as error:
        return f"is no Jinja template: {error.message}"
    return ""


class RuntimeValue:
    """A value of a mapped task that is known only when the task runs."""

    def iter_references(self) -> Iterator[Any]:
        """Return the tasks that it comes from: Airflow learns of them through `expand`."""
        return iter(())

    def __repr__(self) -> str:
        return "<known when the task runs>"


RUNTIME: Final = RuntimeValue()
