"""Jinja in a pod: what Airflow renders when the task runs, how, and whether its syntax is right."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from airflowkit._airflow import template_filters
from airflowkit.errors import did_you_mean
from airflowkit.stand_ins.marks import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jinja2 import Environment, nodes

_OF_A_DAG: Final = ("user_defined_filters", "user_defined_macros", "jinja_environment_kwargs")
"""The arguments of a DAG that make its templates different from those of any other."""


class Unparsable(NamedTuple):
    """Why a text is not a valid template.

    Attributes:
        reason: What is wrong.
        hint: What to do about it, where that is known.
    """

    reason: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """How a task's templates are rendered.

    Attributes:
        native: Whether to Python objects, so that a template may become a list, or a number.
        environment: The DAG's Jinja environment; None while there is no DAG.
        params: The DAG's parameters, with their defaults.
    """

    native: bool = False
    environment: Environment | None = None
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, dag: Any, own: object = None) -> Self:
        """Return how a task of a DAG renders.

        Args:
            dag: The DAG, or None.
            own: The task's own `render_template_as_native_obj`, which replaces the DAG's (since Airflow 3.1).
        """
        native = getattr(dag, "render_template_as_native_obj", False) if own is None else own
        return cls(bool(native), environment_of(dag) if dag else None, _params_of(dag) if native else {})


TEXT: Final = Rendering()
"""To text, with filters that nobody knows yet."""


def _params_of(dag: Any) -> Mapping[str, Any]:
    """Return the parameters that have a default."""
    values = {}
    for name in getattr(dag, "params", None) or ():
        with suppress(Exception):  # a required parameter has no value yet
            values[str(name)] = dag.params[name]
    return values


_OPENINGS: Final = ("{{", "{%", "{#")
_KNOWN_TYPES: Final = frozenset({dict, list, tuple, int, float, bool, type(None)})


def is_runtime_value(value: object) -> bool:
    """Return whether a value is known only when the task runs: a template, another task's output, or a stand-in."""
    if isinstance(value, str):
        return ("{" in value and any(map(value.__contains__, _OPENINGS))) or is_stand_in(value)
    if type(value) in _KNOWN_TYPES:  # most values of a pod: asking them for an attribute takes longer
        return False
    return hasattr(value, "iter_references") or is_stand_in(value)  # an XComArg, without importing it


def environment_of(dag: Any) -> Environment:
    """Return the Jinja environment in which Airflow renders a DAG's templates, but for native rendering.

    A DAG that Airflow itself can make none for gets the one that all other DAGs share.
    """
    try:
        if any(getattr(dag, name, None) for name in _OF_A_DAG):
            environment: Environment = dag.get_template_env(force_sandboxed=True)
            return environment
    except Exception:  # noqa: BLE001, S110  the arguments are whatever the DAG file says
        pass
    return _shared_environment()


def parse_template(text: str, environment: Environment | None = None) -> nodes.Template | Unparsable:
    """Return a template's syntax tree, or what is wrong with it.

    Args:
        text: The template.
        environment: The DAG's; without it, any name of a filter or a test is accepted.
    """
    tree = _shared_tree(text) if environment in (None, _shared_environment()) else _tree(text, environment)
    if environment and not isinstance(tree, Unparsable):
        return next(_unknown_names(tree, environment), tree)
    return tree


@lru_cache(maxsize=1)
def _shared_environment() -> Environment:
    """Return what DAGs without filters and macros of their own have in common."""
    from jinja2 import Environment

    environment = Environment(autoescape=False, extensions=["jinja2.ext.do"])  # noqa: S701  nothing is rendered
    environment.filters.update(template_filters())
    return environment


@lru_cache(maxsize=4096)
def _shared_tree(text: str) -> nodes.Template | Unparsable:
    return _tree(text, _shared_environment())


def _tree(text: str, environment: Environment) -> nodes.Template | Unparsable:
    from jinja2 import TemplateSyntaxError

    try:
        return environment.parse(text)
    except TemplateSyntaxError as error:
        return Unparsable(str(error.message))
    except Exception as error:  # noqa: BLE001  too deep a nesting, too long a number, an extension of the DAG's own
        return Unparsable(f"{type(error).__name__}: {error}")


def _unknown_names(tree: nodes.Template, environment: Environment) -> Iterator[Unparsable]:
    """Yield the filters and tests that the environment does not have: Jinja refuses them when the task runs."""
    from jinja2 import nodes

    for kind, known, argument in (
        (nodes.Filter, environment.filters, "user_defined_filters"),
        (nodes.Test, environment.tests, ""),
    ):
        for node in tree.find_all(kind):
            name: str = node.name
            if name not in known:
                hint = did_you_mean(name, known) or (f"define it in the DAG's {argument}" if argument else "")
                yield Unparsable(f"there is no {kind.__name__.lower()} {name!r}", hint)


class RuntimeValue:
    """A value of a mapped task that is known only when the task runs."""

    def iter_references(self) -> Iterator[Any]:
        """Return the tasks that it comes from: Airflow gets them from `expand`."""
        return iter(())

    def __repr__(self) -> str:
        return "<known when the task runs>"


RUNTIME: Final = RuntimeValue()
