"""Native rendering, and text where only text is allowed: the Kubernetes API refuses a number as a variable's value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from airflowkit._airflow import render_to_text
from airflowkit.pods.schema.jinja import Rendering
from airflowkit.pods.spec.text_places import with_texts


class Text(str):
    """A text of a pod that is rendered to text.

    Attributes:
        environment: The DAG's Jinja environment for that; it compiles templates differently from the native one.
        suffixes: The ends of the names of template files.
    """

    __slots__ = ("environment", "suffixes")
    environment: Any
    suffixes: tuple[str, ...]

    def rendered(self, context: Any) -> str:
        """Return the text, with its templates filled in."""
        environment = self.environment
        is_file = self.endswith(self.suffixes)
        template = environment.get_template(str(self)) if is_file else environment.from_string(str(self))
        return render_to_text(template, context)


@dataclass(frozen=True, slots=True)
class NativeTexts:
    """The texts of one operator while it renders.

    Attributes:
        environment: Where texts are rendered; None if nothing is rendered natively.
        suffixes: The ends of the names of template files.
    """

    environment: Any
    suffixes: tuple[str, ...]

    def marked(self, field: str, value: Any) -> Any:
        """Return a field's value with its texts marked, so that they are rendered as such."""
        return value if self.environment is None else with_texts(field, value, self._marked)

    def settled(self, field: str, value: Any) -> Any:
        """Return a rendered field's value; whole numbers in a list or dictionary that a template made mean digits."""
        return value if self.environment is None else with_texts(field, value, _digits)

    def _marked(self, _path: Any, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = Text(value)
        text.environment, text.suffixes = self.environment, self.suffixes
        return text


def native_texts(operator: Any) -> NativeTexts:
    """Return what marks and settles the texts of an operator."""
    dag = operator.get_dag()
    native = Rendering.of(dag, getattr(operator, "render_template_as_native_obj", None)).native
    environment = dag.get_template_env(force_sandboxed=True) if native and dag else None
    return NativeTexts(environment, tuple(operator.template_ext))


def _digits(_path: Any, value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
