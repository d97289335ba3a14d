"""Where only text is allowed in what Airflow renders for a pod.

Native rendering (`render_template_as_native_obj`) makes a number of any text that looks like one, template or not:
`"{{ ds_nodash }}"`, `"8080"` and `"1.10"` in a variable, which the Kubernetes API refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from airflowkit.pods.schema.faults import Fault, Key, Path
from airflowkit.pods.schema.models import PARTS, fields, is_model, slots, to_manifest
from airflowkit.pods.schema.native import rendered_natively
from airflowkit.pods.spec.installed import TEMPLATED
from airflowkit.pods.spec.keywords import KEYWORDS, PLACES, SOURCES, TEMPLATES, Check

if TYPE_CHECKING:
    from airflowkit.pods.schema.jinja import Rendering

Change = Callable[[Path, Any], Any]
_AMOUNTS: Final = frozenset({"container_resources"})
"""Here numbers are as good as text."""


def with_texts(keyword: str, value: Any, change: Change) -> Any:
    """Return the value of a keyword with each value where only text is allowed replaced by what `change` makes of it.

    Kubernetes' objects are changed in place: hand in copies.
    """
    kind, many = _kind_of(keyword)
    return _changed(value, kind, keyword, change, many=many)


def native_faults(values: Mapping[str, Any], rendering: Rendering) -> Iterator[Fault]:
    """Return the texts of which native rendering makes something else."""
    found: list[Fault] = []

    def judge(path: Path, value: Any) -> Any:
        if isinstance(value, str) and not isinstance(made := rendered_natively(value, rendering), str):
            reason = f"becomes {made!r} ({type(made).__name__}) by native rendering; only text is valid here"
            found.append(Fault(path, value, reason, f'use pod_task, or quote it twice: "{value!r}"'))
        return value

    for keyword in values if rendering.native else ():
        if keyword in TEMPLATED and keyword not in _AMOUNTS:
            with_texts(keyword, to_manifest(values[keyword]), judge)
    yield from found


def _kind_of(keyword: str) -> tuple[str, bool]:
    if keyword in PLACES:
        return PLACES[keyword].kind, PLACES[keyword].many
    if keyword in TEMPLATES:
        return ("str" if keyword == "pod_template_file" else "V1Pod"), False
    if keyword in SOURCES:
        part = SOURCES[keyword].part
        return (PARTS[part][0], True) if part and keyword != "configmaps" else ("str", True)
    known = KEYWORDS.get(keyword)
    return ("str" if known and known.check is Check.TEXT else "any"), False


def _changed(value: Any, kind: str, path: Path, change: Change, *, many: bool) -> Any:
    if kind == "V1EnvVar" and many and isinstance(value, Mapping):  # `env_vars` as a dictionary
        return {name: _changed(it, "str", (path, Key(name)), change, many=False) for name, it in value.items()}
    if many:
        if type(value) not in (list, tuple):
            return value
        return type(value)(_changed(it, kind, (path, index), change, many=False) for index, it in enumerate(value))
    if kind == "map" and isinstance(value, Mapping):
        return {key: change((path, Key(key)), it) for key, it in value.items()}
    if kind.startswith("V1"):
        return _with_changed_fields(value, kind, path, change)
    return change(path, value) if kind == "str" else value


def _with_changed_fields(value: Any, model: str, path: Path, change: Change) -> Any:
    if is_model(value) and type(value).__name__ == model:
        state = vars(value)
        for field in slots(model):
            inner = state.get(field.slot)
            if inner is not None:
                state[field.slot] = _changed(inner, field.kind, (path, field.name), change, many=field.many)
        return value
    if not isinstance(value, Mapping):
        return value
    known = fields(model)
    return {
        key: _changed(it, known[key].kind, (path, Key(key)), change, many=known[key].many) if key in known else it
        for key, it in value.items()
    }
