"""Decodes what users write into a manifest: models, dictionaries in either spelling, plain values.

What cannot be read is noted with its path and left out of the manifest: the rules get only values of the right type.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from kubernetes.client import models

from airflowkit.errors import did_you_mean
from airflowkit.pods.schema.faults import MISSING, Fault, Key, Path
from airflowkit.pods.schema.jinja import TEXT, Rendering, is_runtime_value
from airflowkit.pods.schema.models import Field, fields, is_model, slots
from airflowkit.stand_ins.marks import as_stand_in, is_stand_in

if TYPE_CHECKING:
    from airflowkit.pods.schema.versions import Version

_QUANTITIES: Final = {"limits", "requests", "overhead", "sizeLimit", "divisor"}
_LONG: Final = {
    "activeDeadlineSeconds",
    "deletionGracePeriodSeconds",
    "expirationSeconds",
    "fsGroup",
    "generation",
    "runAsGroup",
    "runAsUser",
    "seconds",
    "supplementalGroups",
    "terminationGracePeriodSeconds",
    "tolerationSeconds",
}
"""Fields of 64 bits; the others have 32."""
_STAND_INS: Final[Mapping[str, type]] = {"str": str, "any": str, "time": str, "int": int}
"""What a stand-in for a value that only the deployment has must be, for the rules to come across it."""


class Decoder:
    """Reads values of known kinds, and collects what is wrong with them.

    Args:
        version: The cluster's Kubernetes version.
        coerce: Whether to accept obvious intent: snake_case keys, numbers for text, paths.
        rendering: How templates are rendered.

    Attributes:
        faults: What could not be read.
        coerce: As above.
        version: The cluster's Kubernetes version.
        rendering: As above.
        runtime_values: The values that are known only when the task runs, with their paths.
    """

    __slots__ = ("coerce", "faults", "rendering", "runtime_values", "version")

    def __init__(self, version: Version, *, coerce: bool = True, rendering: Rendering = TEXT) -> None:
        self.version = version
        self.coerce = coerce
        self.rendering = rendering
        self.faults: list[Fault] = []
        self.runtime_values: list[tuple[Path, Any]] = []

    def reject(self, path: Path, value: object, reason: str, hint: str = "") -> Any:
        """Note a fault, unless nobody knows the value, and return MISSING: the value is left out."""
        if is_stand_in(value):
            return MISSING
        self.faults.append(Fault(path, value, reason, hint))
        return MISSING

    def read(self, value: Any, kind: str, path: Path, *, many: bool = False) -> Any:
        """Return a value as the API gets it, or MISSING."""
        if is_runtime_value(value):
            if is_stand_in(value):
                return MISSING if many or kind not in _STAND_INS else as_stand_in(value, _STAND_INS[kind])
            if isinstance(value, str) and not self.rendering.native and (many or kind not in ("str", "any")):
                return self.reject(path, value, "is a template: it is rendered to text, which is not valid here")
            self.runtime_values.append((path, value))
            return value
        if many:
            return self._list(value, kind, path)
        if kind in self._SCALARS:
            return self._SCALARS[kind](self, value, path)
        return self.model(value, kind, path)

    def model(self, value: Any, model: str, path: Path) -> Any:
        """Return a model, or a dictionary of its fields, as a manifest."""
        if is_model(value):
            if not isinstance(value, getattr(models, model)):
                return self.reject(path, value, f"is a {type(value).__name__}, not a {model}")
            state = value.__dict__
            items: Iterable[tuple[Field, Any]] = (
                (field, state[field.slot]) for field in slots(model) if state.get(field.slot) is not None
            )
        elif isinstance(value, Mapping):
            items = self._known(value, model, path)
        else:
            return self.reject(path, value, f"must be a {model} or a dictionary of its fields", _as_named(value, model))
        manifest = {}
        for field, inner in items:
            if field.since > self.version:
                first = ".".join(map(str, field.since))
                hint = f'"{first}" or later as [kubernetes] version in airflowkit.toml allows it'
                self.reject((path, field.key), MISSING, f"is supported only from Kubernetes {first}", hint)
                continue
            content = self.read(inner, field.kind, (path, field.key), many=field.many)
            if content is not MISSING:
                manifest[field.key] = content
        return manifest

    def _known(self, value: Mapping[Any, Any], model: str, path: Path) -> Iterator[tuple[Field, Any]]:
        known = fields(model)
        for key, inner in value.items():
            field = known.get(key)
            if is_stand_in(key):
                continue
            if field is None:
                self.reject((path, Key(str(key))), inner, f"{model} has no such field", did_you_mean(str(key), known))
            elif not self.coerce and key != field.key:
                self.reject((path, Key(str(key))), inner, f"{model} has no such field", f"write {field.key}")
            elif inner is not None:
                yield field, inner

    def _list(self, value: Any, kind: str, path: Path) -> Any:
        if not isinstance(value, (list, tuple)):
            return self.reject(path, value, "must be a list", _as_list(value))
        contents = []
        for index, inner in enumerate(value):
            if inner is None:
                self.reject((path, index), None, "would become an empty value", "leave it out")
                continue
            digits = self.coerce and kind == "str" and isinstance(inner, int) and not isinstance(inner, bool)
            content = self.read(str(inner) if digits else inner, kind, (path, index))
            if content is not MISSING:
                contents.append(content)
        return contents

    def _text(self, value: Any, path: Path) -> Any:
        if isinstance(value, Enum):
            value = value.value
        if isinstance(value, str):
            return value
        if self.coerce and isinstance(value, os.PathLike):
            return os.fspath(value)
        if isinstance(path, tuple) and path[1] in _QUANTITIES and _is_number(value):
            return str(value)
        return self.reject(path, value, "must be text", f"write {str(value)!r}" if _is_number(value) else "")

    def _number(self, value: Any, path: Path) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return self.reject(path, value, "must be a whole number", _as_number(value))
        bits = 63 if _last_name(path) in _LONG else 31
        if not -(1 << bits) <= value < 1 << bits:
            return self.reject(path, value, f"does not fit into {bits + 1} bits")
        return value

    def _switch(self, value: Any, path: Path) -> Any:
        if isinstance(value, bool):
            return value
        return self.reject(path, value, "must be True or False")

    def _map(self, value: Any, path: Path) -> Any:
        if not isinstance(value, Mapping):
            return self.reject(path, value, "must be a dictionary")
        contents = {}
        for key, inner in value.items():
            if not isinstance(key, str):
                self.reject((path, Key(key)), key, "the key must be text", f"write {str(key)!r}")
            elif is_stand_in(key):
                contents[key] = inner
            elif is_runtime_value(key):
                self.reject((path, Key(key)), key, "Airflow renders no templates in keys")
            elif (content := self._map_value(inner, (path, Key(key)))) is not MISSING:
                contents[key] = content
        return contents

    def _map_value(self, value: Any, path: Path) -> Any:
        if isinstance(value, str) and not is_runtime_value(value):
            return value
        parent = path[0] if isinstance(path, tuple) else path
        numeric = _last_name(parent) in _QUANTITIES
        if (self.coerce or numeric) and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is None:
            return self.reject(path, None, "would become an empty string", "write '', or leave it out")
        if isinstance(value, float) and numeric:
            return str(value)
        return self.read(value, "str", path)

    def _anything(self, value: Any, path: Path) -> Any:
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            return value
        return self.reject(path, value, "must be a number or a name")

    def _time(self, value: Any, path: Path) -> Any:
        return value.isoformat() if hasattr(value, "isoformat") else self._text(value, path)

    _SCALARS: ClassVar[Mapping[str, Callable[[Decoder, Any, Path], Any]]] = {
        "str": _text,
        "int": _number,
        "bool": _switch,
        "map": _map,
        "any": _anything,
        "time": _time,
    }


def _as_named(value: object, model: str) -> str:
    alone = {field.name for field in slots(model)} == {"name"}
    return f"write {model}(name={value!r})" if alone and isinstance(value, str) else ""


def _last_name(path: Path) -> str:
    while isinstance(path, tuple) and isinstance(path[1], int):
        path = path[0]
    return str(path[1]) if isinstance(path, tuple) else path


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _as_number(value: object) -> str:
    if isinstance(value, str) and re.fullmatch("0[0-7]{3}", value):
        return f"write 0o{value[1:]}"
    return f"write {int(value)}" if isinstance(value, str) and value.strip().lstrip("-").isdecimal() else ""


def _as_list(value: object) -> str:
    return f"write {value.split()!r}" if isinstance(value, str) else "put it into a list"
