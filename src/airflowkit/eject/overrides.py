"""`pod_override` as the pod that it lays over the executor's template."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.models import arguments_of, model_of
from airflowkit.eject.values import CLASSES, arguments
from airflowkit.eject.written import expression_of, text_of
from airflowkit.errors import AirflowKitError
from airflowkit.pods.override import checked_override

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflowkit.checks.fixes.syntax import Source
    from airflowkit.settings import Settings

POD_OVERRIDE: Final = "pod_override"


@dataclass(frozen=True, slots=True)
class Override:
    """What a call of `pod_override` is, as far as the file alone says it.

    Attributes:
        source: The file.
        settings: What `airflowkit.toml` says.
        class_of: Returns the value class that a call makes an object of, or an empty string.
        constant: Returns what a name of the module is assigned, if that is known.
    """

    source: Source
    settings: Settings
    class_of: Callable[[cst.BaseExpression], str]
    constant: Callable[[str], cst.BaseExpression | None]

    def written(self, call: cst.Call) -> cst.BaseExpression | None:
        """Return the `executor_config` that a call returns; None if only the run of the file knows it."""
        try:
            pod = checked_override(self._keywords(call), self.settings)
        except (AirflowKitError, ValueError, TypeError, SyntaxError):
            return None
        model = expression_of(pod, "V1Pod")
        return cst.Dict([cst.DictElement(cst.SimpleString(f'"{POD_OVERRIDE}"'), model)])

    def _keywords(self, call: cst.Call) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for arg in call.args:
            given = self._value(arg.value)
            found |= given if arg.star == "**" else {arg.keyword.value if arg.keyword else "": given}
        return found

    def _value(self, expression: cst.BaseExpression, _place: int = 0) -> Any:
        """Return the value of an expression.

        Raises:
            ValueError: Only the run of the file knows it.
        """
        if isinstance(expression, cst.Name) and (assigned := self.constant(expression.value)) is not None:
            return self._value(assigned)
        if isinstance(expression, (cst.List, cst.Tuple)):
            return [self._value(element.value) for element in expression.elements]
        if isinstance(expression, cst.Dict) and all(isinstance(it, cst.DictElement) for it in expression.elements):
            pairs = (cst.ensure_type(it, cst.DictElement) for it in expression.elements)
            return {self._value(pair.key): self._value(pair.value) for pair in pairs}
        if (model := model_of(self.source, expression)).startswith("V1"):
            from kubernetes.client import models

            objects = arguments_of(self.source, expression, model)
            if objects is None:
                raise ValueError(text_of(expression))
            return getattr(models, model)(**{name: self._value(it) for name, it in objects.items()})
        cls = CLASSES.get(self.class_of(expression))
        if cls is None:
            return ast.literal_eval(text_of(expression))
        given = arguments(cls, cst.ensure_type(expression, cst.Call), self._value)
        if given is None:
            raise ValueError(text_of(expression))
        return cls(**given)
