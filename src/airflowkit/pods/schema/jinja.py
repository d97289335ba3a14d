"""Jinja in a pod: what Airflow renders when the task runs, and whether its syntax is right."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from airflowkit.stand_ins.marks import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import nodes


def is_runtime_value(value: object) -> bool:
    """Return whether a value is known only when the task runs: a template, another task's output, or a stand-in."""
    if isinstance(value, str):
        return "{{" in value or "{%" in value or "{#" in value or is_stand_in(value)
    return hasattr(value, "iter_references") or is_stand_in(value)  # an XComArg, without importing it


@lru_cache(maxsize=4096)
def parse_template(text: str) -> nodes.Template | str:
    """Return a template's syntax tree, or what is wrong with its syntax."""
    from jinja2 import Environment, TemplateSyntaxError

    try:
        return Environment(autoescape=False).parse(text)  # noqa: S701  nothing is rendered
    except TemplateSyntaxError as error:
        return str(error.message)


class RuntimeValue:
    """A value of a mapped task that is known only when the task runs."""

    def iter_references(self) -> Iterator[Any]:
        """Return the tasks that it comes from: Airflow gets them from `expand`."""
        return iter(())

    def __repr__(self) -> str:
        return "<known when the task runs>"


RUNTIME: Final = RuntimeValue()
