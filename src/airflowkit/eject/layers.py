"""What the pods of a file have from elsewhere: `airflowkit.toml`, its profile, `security`, what `pod_task` adds.

The file is parsed with plain calls; what each pod lacks then is written into the call that makes it.
"""

from __future__ import annotations

import json
import re
from ast import literal_eval
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.calls import called, used_names
from airflowkit.adopt.comparison import MOVED
from airflowkit.adopt.models import text_of as literal
from airflowkit.adopt.reach import TABLES
from airflowkit.adopt.task_lines import TaskLines
from airflowkit.checks.fixes.syntax import keyword_value, walked
from airflowkit.checks.workers.evidence import ARGUMENTS
from airflowkit.eject.arguments import OURS
from airflowkit.eject.written import expression_of
from airflowkit.pods.expansion import STAND_IN
from airflowkit.pods.schema.models import PARTS
from airflowkit.pods.spec.env_and_volumes import TARGETS
from airflowkit.pods.spec.keywords import PLACES, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from airflowkit.adopt.calls import RawCall, RawCalls
    from airflowkit.checks.model.facts import FileFacts
    from airflowkit.eject.arguments import Arguments
    from airflowkit.pods.spec.keywords import Place
    from airflowkit.settings import Layer

Pod = dict[str, Any]
_SIDECAR: Final = "airflow-xcom-sidecar"
_AIRFLOWS_LABELS: Final = frozenset({"airflow_version", "airflow_kpo_in_cluster"})
_OF_DICTIONARIES: Final = (*TABLES, "setdefault", "update")
_IMPURE: Final = frozenset({f"builtins.{name}" for name in ("eval", "exec", "input", "open", "__import__")})
"""What gives another value elsewhere."""
_ENUM: Final = re.compile(r"<\w+\.\w+: ('\w+')>")


def write_out(
    found: RawCalls, pods: tuple[FileFacts, FileFacts], layers: Iterable[Layer], arguments: Mapping[RawCall, Arguments]
) -> None:
    """Add to calls what their pods would lack.

    Args:
        found: The calls.
        pods: What the file makes, and what it makes with plain calls.
        layers: The `[pod]` tables of `airflowkit.toml`.
        arguments: What changes in each call; it is added here.
    """
    lines = TaskLines.of(pods[0])
    first, second = ([json.loads(text) for text in facts.evidence] for facts in pods)
    texts = [str({name: it}) for layer in layers for name, it in layer.values.items() if _is_template(str(it))]
    elsewhere = _elsewhere(found)
    for raw, its in arguments.items():
        places = [place for place in lines.tasks(raw, found.calls) if place < len(second)]
        tasks = [(first[place], second[place]) for place in places if first[place]["operator"] == MOVED]
        templated = {name for one, _other in tasks for name, it in one[ARGUMENTS].items() if _is_template(it)}
        given = {name for _one, other in tasks for name in other[ARGUMENTS]}
        lacking = _Lacking(found, raw, its, frozenset(templated), frozenset(given), elsewhere)
        pairs = [pair for one, other in tasks for pair in zip(one["pods"], other["pods"], strict=False)]
        if not texts and lacking.is_settled(OURS) and all(isinstance(pod, dict) for pair in pairs for pod in pair):
            lacking.write_fields(pairs)
            lacking.write_parts(pairs)
        options = (zip(one["options"], other["options"], strict=False) for one, other in tasks)
        lacking.write_options([pair for each in options for pair in each])


def _is_template(text: str) -> bool:
    """Return whether a text has a template: a pod that is only looked at has something else in its place."""
    return "{{" in text or "{%" in text


@dataclass(frozen=True, slots=True)
class _Lacking:
    """Writes into one call what its pods would lack.

    Attributes:
        found: The calls of the file.
        raw: The call.
        its: What changes in it.
        templated: The keywords with templates in them.
        given: The keywords that its tasks have, from wherever.
        elsewhere: What the file gives for keywords outside such calls, as in `default_args`.
    """

    found: RawCalls
    raw: RawCall
    its: Arguments
    templated: frozenset[str]
    given: frozenset[str]
    elsewhere: Mapping[str, list[cst.BaseExpression]]

    def is_settled(self, keywords: Iterable[str]) -> bool:
        """Return whether what the file says for keywords is the same wherever it is parsed."""
        own = ((name, keyword_value(self.raw.call, name)) for name in keywords)
        constant = all(it is None or self._is_constant(self.found.written(it, name)) for name, it in own)
        return constant and self._is_steady(keywords)

    def _is_steady(self, keywords: Iterable[str]) -> bool:
        """Return whether that is so of what is said elsewhere in the file."""
        return all(self._is_constant(value) for name in keywords for value in self.elsewhere.get(name, ()))

    def write_fields(self, pods: list[tuple[Pod, Pod]]) -> None:
        for keyword, place in PLACES.items():
            found = [(_content(one, place), _content(other, place)) for one, other in pods]
            if all(one == other for one, other in found):
                continue
            given = self._given(keyword)
            if given is not None and place.kind == "map":
                self._lay_under(keyword, [_lacking(one, other) for one, other in found])
            elif given is not None and place.many and place.kind.startswith("V1") and keyword != "init_containers":
                if not self._is_steady((keyword,)):
                    continue
                missing = [[it for it in one or () if it not in (other or ())] for one, other in found]
                self._append(keyword, place.kind, missing)
            elif keyword not in self.templated and self._may_replace(keyword):
                self._set(keyword, place, [one for one, _other in found])

    def write_parts(self, pods: list[tuple[Pod, Pod]]) -> None:
        """Add the variables, volumes and mounts that pods would lack."""
        if not self._is_steady(SOURCES):
            return
        for part, (model, _name) in PARTS.items():
            lists = [[_list(pod, part) for pod in pair] for pair in pods]
            self._append(TARGETS[part], model, [[it for it in one if not _is_in(it, other)] for one, other in lists])

    def write_options(self, options: list[tuple[dict[str, str], dict[str, str]]]) -> None:
        for keyword in dict.fromkeys(name for one, _other in options for name in one):
            found = [(one[keyword], other.get(keyword)) for one, other in options]
            if all(one == other for one, other in found) or not _is_one([one for one, _other in found]):
                continue
            match = _ENUM.fullmatch(found[0][0])
            try:
                self.its.values[keyword] = expression_of(literal_eval(match.group(1) if match else found[0][0]))
            except (ValueError, SyntaxError):
                continue  # an object: the comparison says that it would change

    def _given(self, keyword: str) -> cst.BaseExpression | None:
        ours = "resources" if keyword == "container_resources" else keyword
        values = (keyword_value(self.raw.call, name) for name in (keyword, ours))
        return next((value for value in values if value is not None), None)

    def _may_replace(self, keyword: str) -> bool:
        """Return whether what a pod has already is the same wherever the file is parsed."""
        if self._given(keyword) is not None:
            return self.is_settled((keyword, "resources"))
        return keyword not in self.given or (keyword in self.elsewhere and self.is_settled((keyword,)))

    def _is_constant(self, value: cst.BaseExpression) -> bool:
        return all(self._is_known(name) for name in used_names(value))

    def _is_known(self, name: cst.Name) -> bool:
        names = self.found.source.names(name)
        if name.value in ("True", "False", "None"):
            return True
        if names == {name.value}:  # of the module
            value = self.found.constant(name.value)
            return value is not None and self._is_constant(value)
        known = ("airflowkit", "kubernetes", "builtins")
        return names.isdisjoint(_IMPURE) and all(it.partition(".")[0] in known for it in names)

    def _lay_under(self, keyword: str, lacking: list[dict[str, Any]]) -> None:
        if self._is_steady((keyword,)) and _is_one(lacking) and lacking[0] and STAND_IN not in str(lacking):
            self.its.below[keyword] = {name: expression_of(it) for name, it in lacking[0].items()}

    def _append(self, keyword: str, kind: str, missing: list[list[Any]]) -> None:
        if _is_one(missing) and missing[0] and STAND_IN not in str(missing):
            elements = self.its.elements.setdefault(keyword, [])
            elements += [expression_of(it, kind) for it in missing[0]]

    def _set(self, keyword: str, place: Place, contents: list[Any]) -> None:
        if _is_one(contents) and contents[0] is not None and STAND_IN not in str(contents):
            content = _without_airflows(contents[0]) if keyword == "labels" else contents[0]
            self.its.values[keyword] = expression_of(content, place.kind, many=place.many)


def _elsewhere(found: RawCalls) -> Mapping[str, list[cst.BaseExpression]]:
    """Return what a file gives for keywords outside calls that make tasks: in dictionaries, such as `default_args`."""
    given: dict[str, list[cst.BaseExpression]] = defaultdict(list)
    for node in walked(found.source.module):
        for name, value in _entries(node):
            given["container_resources" if name == "resources" else name].append(value)
    return given


def _entries(node: cst.CSTNode) -> Iterator[tuple[str, cst.BaseExpression]]:
    """Yield what a node says of a dictionary: `{"a": b}`, `dict(a=b)`, `default_args(a=b)`, `x["a"] = b`."""
    if isinstance(node, cst.DictElement):
        yield literal(node.key) or "", node.value
    elif isinstance(node, cst.Call) and called(node.func) in _OF_DICTIONARIES:
        yield from ((arg.keyword.value, arg.value) for arg in node.args if arg.keyword)
    elif isinstance(node, cst.Assign):
        for target in (it.target for it in node.targets):
            index = target.slice[0].slice if isinstance(target, cst.Subscript) else None
            if isinstance(index, cst.Index):
                yield literal(index.value) or "", node.value


def _without_airflows(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: it for name, it in labels.items() if name not in _AIRFLOWS_LABELS}


def _is_in(element: Mapping[str, Any], others: list[Any]) -> bool:
    """Return whether an element is in a list; volumes and mounts under whatever name, for Airflow's are random."""
    named = "name" in element and "value" not in element and "valueFrom" not in element
    return any(({**it, "name": ""} == {**element, "name": ""}) if named else it == element for it in others)


def _content(pod: Pod, place: Place) -> Any:
    containers = pod["spec"]["containers"]
    sidecars = [it for it in containers if it.get("name") == _SIDECAR]
    sections = {
        "metadata": pod["metadata"],
        "spec": pod["spec"],
        "container": containers[0],
        "sidecar": sidecars[0] if sidecars else {},
    }
    return sections[place.section].get(place.key)


def _list(pod: Pod, part: str) -> list[Any]:
    holder = pod["spec"] if part == "volumes" else pod["spec"]["containers"][0]
    return [it for it in holder.get(part) or () if isinstance(it, dict)]


def _lacking(one: Any, other: Any) -> dict[str, Any]:
    tables = [it if isinstance(it, dict) else {} for it in (one, other)]
    return {name: it for name, it in tables[0].items() if tables[1].get(name) != it}


def _is_one(contents: list[Any]) -> bool:
    return bool(contents) and all(it == contents[0] for it in contents)
