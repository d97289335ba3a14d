"""Which layer set each keyword of a `pod_task`, and on which line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from airflowkit.errors import AirflowKitError
from airflowkit.pods.expansion import of_first_element
from airflowkit.pods.spec.keywords import OF_THE_POD
from airflowkit.pods.spec.layers import merges, nearest, resolve
from airflowkit.pods.spec.operator_call import settings_of
from airflowkit.pods.spec.shorthands import expand_resources
from airflowkit.redaction import may_name_secret

if TYPE_CHECKING:
    from pathlib import Path


_OF_RESOURCES: Final = frozenset({"container_resources", "memory_after_oom"})
"""What `resources` is turned into."""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a pod.

    Attributes:
        field: The keyword, and the key within it where it is joined key by key.
        value: What holds; never a secret.
        layer: What set it, such as `airflowkit.toml [pod]`.
        place: The file and line, where there is one.
    """

    field: str
    value: str
    layer: str
    place: str


def explain_pod(operator: Any, file: Path) -> list[Row]:
    """Return each keyword of a task's pod with its value and the layer that set it.

    Args:
        operator: What `pod_task` made.
        file: The file of its DAG.

    Raises:
        AirflowKitError: The task was not made by `pod_task`.
    """
    task = of_first_element(operator)
    layers = getattr(task, "pod_layers", None)
    if layers is None:
        raise AirflowKitError(f"task {operator.task_id!r} was not made by pod_task, so its layers are unknown")
    settings = settings_of(operator.dag)
    expanded = [
        (layer.name, expand_resources(layer.values, settings, lambda *_: None), layer.values) for layer in layers
    ]
    merged = resolve(
        [*(values for _, values, _ in expanded[:-2]), nearest(expanded[-2][1], expanded[-1][1])],
    )
    rows: list[Row] = []
    for keyword in sorted(merged):
        if keyword in OF_THE_POD and merged[keyword] is not None:
            rows += _rows(keyword, merged[keyword], expanded, _Places(file, operator.task_id, settings.path))
    return rows


def _rows(keyword: str, value: Any, layers: list[tuple[str, Any, Any]], places: _Places) -> Iterator[Row]:
    if merges(keyword) and isinstance(value, Mapping):
        for key, content in _leaves(value):
            layer, raw = _setter(layers, keyword, key)
            name = ".".join((keyword, *key))
            yield Row(name, _shown(name, content), layer, places.of(layer, _written(raw, keyword)))
        return
    layer, raw = _setter(layers, keyword, ())
    yield Row(keyword, _shown(keyword, value), layer, places.of(layer, _written(raw, keyword)))


def _leaves(value: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, content in value.items():
        if isinstance(content, Mapping):
            yield from _leaves(content, (*path, key))
        else:
            yield (*path, key), content


def _setter(layers: list[tuple[str, Any, Any]], keyword: str, key: tuple[str, ...]) -> tuple[str, Any]:
    """Return the uppermost layer that has the key, and its keywords as they were written."""
    for name, values, raw in reversed(layers):
        content = values.get(keyword)
        for part in key:
            content = content.get(part) if isinstance(content, Mapping) else getattr(content, part, None)
        if content is not None:
            return name, raw
    return "", {}


def _written(raw: Any, keyword: str) -> str:
    return "resources" if keyword in _OF_RESOURCES and keyword not in raw and "resources" in raw else keyword


def _shown(name: str, value: Any) -> str:
    return "***" if isinstance(value, str) and may_name_secret(name) else repr(value)


class _Places:
    """Finds the line on which a layer sets a keyword."""

    def __init__(self, dag_file: Path, task_id: str, settings_file: Path | None) -> None:
        self._dag_file = dag_file
        self._task_id = task_id.rpartition(".")[2]
        self._settings_file = settings_file

    def of(self, layer: str, keyword: str) -> str:
        """Return `file:line`, or an empty string."""
        if layer.startswith("airflowkit.toml") and self._settings_file:
            line = self._in_settings(layer, keyword)
            return f"{self._settings_file.name}:{line}" if line else self._settings_file.name
        line = self._in_dag(layer, keyword)
        return f"{self._dag_file.name}:{line}" if line else ""

    def _in_settings(self, layer: str, keyword: str) -> int | None:
        table = layer.removeprefix("airflowkit.toml ").strip("[]")
        here = False
        text = self._settings_file.read_text(encoding="utf-8") if self._settings_file else ""
        for number, line in enumerate(text.splitlines(), 1):
            if header := re.match(r"\s*\[+([^\]]+)\]+", line):
                if header.group(1).strip() == f"{table}.{keyword}":
                    return number
                here = header.group(1).strip() == table
            elif here and re.match(rf"\s*{re.escape(keyword)}\s*[.=]", line):
                return number
        return None

    def _in_dag(self, layer: str, keyword: str) -> int | None:
        nodes = self._nodes()
        calls = [node for node in nodes if isinstance(node, ast.Call) and self._is_of_the_task(node)]
        if layer == "call":
            lines = [value.lineno for call in calls for name, value in _named(call) if name == keyword]
            return next(iter([*lines, *(call.lineno for call in calls)]), None)
        if layer != "default_args":
            return None
        end = calls[0].lineno if calls else 0
        return max((line for line in _of_default_args(nodes, keyword) if line <= end), default=None)

    def _nodes(self) -> list[ast.AST]:
        try:
            return list(ast.walk(ast.parse(self._dag_file.read_bytes())))
        except (SyntaxError, ValueError):  # an archive, or a file that one of Airflow's importers reads
            return []

    def _is_of_the_task(self, call: ast.Call) -> bool:
        ids = [*call.args[:1], *(argument.value for argument in call.keywords if argument.arg == "task_id")]
        return any(isinstance(value, ast.Constant) and value.value == self._task_id for value in ids)


def _named(node: ast.AST) -> list[tuple[str, ast.expr]]:
    """Return the keywords of a call, or the keys of a dictionary, with their values."""
    if isinstance(node, ast.Call):
        return [(each.arg, each.value) for each in node.keywords if each.arg]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [(str(key.value), value) for key, value in pairs if isinstance(key, ast.Constant)]
    return []


def _of_default_args(nodes: list[ast.AST], keyword: str) -> list[int]:
    """Return the lines on which a keyword is set in what is passed as `default_args`, there or under a name."""
    assigned = {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    passed = [value for node in nodes for name, value in _named(node) if name == "default_args"]
    values = [assigned.get(value.id, value) if isinstance(value, ast.Name) else value for value in passed]
    inside = [part for value in values for part in ast.walk(value)]
    return [value.lineno for part in inside for name, value in _named(part) if name == keyword]
