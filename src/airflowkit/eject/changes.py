"""What is rewritten in a file, before anything is known of its pods: the calls, the value classes, the sizes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.calls import has_comments, listed_values
from airflowkit.adopt.changes import constant
from airflowkit.adopt.models import is_none
from airflowkit.adopt.models import text_of as literal
from airflowkit.adopt.reach import Reach
from airflowkit.adopt.rewriting import GONE
from airflowkit.checks.fixes.syntax import keyword_value, walked
from airflowkit.eject.alerts import TEAMS_FAILURE, Alert
from airflowkit.eject.arguments import OURS, Arguments
from airflowkit.eject.names import OPERATOR, uses
from airflowkit.eject.overrides import POD_OVERRIDE, Override
from airflowkit.eject.presets import DAG_ARGS, DEFAULT_ARGS, Preset, spread
from airflowkit.eject.values import CLASSES, NATURAL, Plain, amounts, plain
from airflowkit.eject.written import expression_of, text_of, value_of
from airflowkit.pods.schema.models import PARTS
from airflowkit.pods.spec.env_and_volumes import TARGETS
from airflowkit.pods.spec.keywords import PLACES, SOURCES
from airflowkit.pods.spec.shorthands import sizes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflowkit.adopt.calls import RawCall, RawCalls
    from airflowkit.adopt.reach import Reached
    from airflowkit.adopt.rewriting import Rewrite
    from airflowkit.settings import Settings

RETRY_BY_CAUSE: Final = "RetryByCause"
RECORD_FAILURE: Final = "record_failure"
STEPS: Final = "memory_after_oom"


@dataclass(eq=False)
class Changes:
    """The changes of a file.

    Attributes:
        found: The calls of `pod_task` in it.
        settings: What `airflowkit.toml` says.
        rewrites: What becomes of nodes of the tree.
        arguments: What changes in the arguments of each call.
        lost: What plain Airflow has nothing for, and is left out.
        objections: Why the file cannot change.
        unfollowed: Lines with amounts that only the run of the file knows.
    """

    found: RawCalls
    settings: Settings
    rewrites: dict[cst.CSTNode, Rewrite] = field(default_factory=dict)
    arguments: dict[RawCall, Arguments] = field(default_factory=dict)
    lost: dict[str, None] = field(default_factory=dict)
    objections: list[str] = field(default_factory=list)
    unfollowed: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, found: RawCalls, settings: Settings) -> Changes:
        """Return the changes of a file."""
        changes = cls(found, settings, arguments={raw: Arguments() for raw in found.calls})
        changes._calls()
        changes._sources()
        changes._amounts()
        changes._models()
        changes._pull_secrets()
        changes._policies()
        changes._numbers_as_text()
        changes._others()
        return changes

    def _calls(self) -> None:
        for raw, its in self.arguments.items():
            self.rewrites[raw.call] = its
            if any(arg.keyword and arg.keyword.value == STEPS for arg in raw.call.args):
                self.lost[STEPS] = None
        for node, name in self._uses.items():
            if name == "pod_task":
                self.rewrites[node] = constant(cst.Name(OPERATOR))

    def _sources(self) -> None:
        """Rewrite the value classes that reach a call: the parts that belong to another keyword go there."""
        volumes: dict[RawCall, set[str]] = {raw: set() for raw in self.found.calls}
        for keyword in SOURCES:
            for slot in (*Reach(self.found, keyword).elements(), *Reach(self.found, keyword).values()):
                new = self._plain(slot.value)
                if new is not None and slot.value not in self.rewrites:
                    self._place(keyword, slot, new, volumes)

    def _place(self, keyword: str, slot: Reached, new: Plain, volumes: dict[RawCall, set[str]]) -> None:
        if keyword == "secrets" and new.secret is not None:
            self.rewrites[slot.value] = constant(new.secret)
            return
        here = new.parts.get(NATURAL.get(keyword, ""))
        volume = text_of(new.parts["volumes"]) if "volumes" in new.parts else ""
        is_repeated = bool(volume) and all(volume in volumes[raw] for raw in slot.calls)
        if here is None or is_repeated:
            self.rewrites |= dict.fromkeys((slot.value, *slot.names), constant(GONE))
        else:
            self.rewrites[slot.value] = constant(here)
        for raw in slot.calls:
            for part, expression in new.parts.items():
                if expression is not here and not (part == "volumes" and volume in volumes[raw]):
                    self.arguments[raw].elements.setdefault(TARGETS[part], []).append(expression)
            volumes[raw].add(volume)

    def _amounts(self) -> None:
        """Rewrite the sizes and `Resources` of calls, and take out what the plain operator does not know."""
        slots = Reach(self.found, "resources").values()
        for slot in slots:
            if not self._rewrite_amounts(slot.value):
                self.unfollowed.append(self.found.source.span(slot.value).start.line)
        self._rename({node for slot in slots for node in (slot.value, *slot.names)})
        for keyword in OURS:
            for slot in Reach(self.found, keyword).values():
                self.rewrites |= dict.fromkeys((slot.value, *slot.names), constant(GONE))
                self.lost |= {STEPS: None} if keyword == STEPS else {}

    def _rename(self, values: set[cst.BaseExpression]) -> None:
        """Rename the keyword of amounts, also in dictionaries."""
        for node in walked(self.found.source.module):
            if isinstance(node, cst.DictElement) and node.value in values and literal(node.key) == "resources":
                self.rewrites[node.key] = constant(cst.SimpleString('"container_resources"'))
            elif isinstance(node, cst.Arg) and node.value in values and node.keyword:
                self.rewrites[node.keyword] = constant(cst.Name("container_resources"))

    def _rewrite_amounts(self, value: cst.BaseExpression) -> bool:
        """Rewrite amounts, each of them where a condition chooses; return whether they are known."""
        if isinstance(value, cst.IfExp):
            first, second = self._rewrite_amounts(value.body), self._rewrite_amounts(value.orelse)
            return first and second
        if self._class_of(value) == "Resources" and has_comments(value):
            self._object(value, "the comments in these Resources would be lost: write them above")
        new = amounts(value, self.settings, is_class=self._class_of(value) == "Resources")
        if new is not None:
            self.rewrites[value] = constant(new.model)
            self.lost |= {STEPS: None} if new.had_steps else {}
        return new is not None or is_none(value)

    def _models(self) -> None:
        """Write the objects of Kubernetes that are dictionaries as models: the plain operator takes few others."""
        for keyword, place in PLACES.items():
            if place.kind.startswith("V1"):
                for slot in Reach(self.found, keyword).values():
                    self._rewrite_object(slot.value, place.kind, many=place.many)
        for keyword, part in NATURAL.items():
            for slot in Reach(self.found, keyword).elements():
                self._rewrite_object(slot.value, PARTS[part][0], many=False)

    def _rewrite_object(self, value: cst.BaseExpression, kind: str, *, many: bool) -> None:
        content = value_of(value)
        if value in self.rewrites or has_comments(value) or not isinstance(content, list if many else dict):
            return
        if all(isinstance(it, dict) for it in (content if many else [content])):
            with suppress(KeyError):  # what no model has, `pod_task` has refused
                self.rewrites[value] = constant(expression_of(content, kind, many=many))

    def _policies(self) -> None:
        """Take out the policies that have a name, where it is used for nothing else."""
        places = [it for node in walked(self.found.source.module) for it in _policies_in(node)]
        for name in {it.value for it in places if isinstance(it, cst.Name)}:
            given, uses = self.found.constant(name), self.found.uses_of(name)
            if given is not None and self._class_of(given) == RETRY_BY_CAUSE and set(uses) <= set(places):
                self.rewrites |= dict.fromkeys((given, *uses), constant(GONE))
                self.lost[RETRY_BY_CAUSE] = None

    def _numbers_as_text(self) -> None:
        """Write the text of a variable that is a number, as `pod_task` hands it on."""
        for slot in Reach(self.found, "env_vars").values():
            for element in slot.value.elements if isinstance(slot.value, cst.Dict) else ():
                number = text_of(element.value).replace("_", "")
                if number.removeprefix("-").isdecimal():
                    self.rewrites[element.value] = constant(expression_of(str(int(number))))

    def _pull_secrets(self) -> None:
        keyword = "image_pull_secrets"
        for slot in Reach(self.found, keyword).values():
            names = literal(slot.value)
            if names is not None:
                content = [{"name": name.strip()} for name in names.split(",")]
                self.rewrites[slot.value] = constant(expression_of(content, _REFERENCE, many=True))
        for slot in Reach(self.found, keyword).elements():
            self._rewrite_pull_secret(slot.value)

    def _rewrite_pull_secret(self, value: cst.BaseExpression) -> None:
        if isinstance(value, (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)):
            given = f"k8s.{_REFERENCE}(name={text_of(value)})"
            self.rewrites[value] = constant(cst.parse_expression(given))

    def _others(self) -> None:
        """Rewrite what no call shows: entries of dictionaries, and value classes that are the same thing anywhere."""
        for node in walked(self.found.source.module):
            if isinstance(node, cst.DictElement):
                self._entry(node)
            elif isinstance(node, cst.Annotation):
                self._annotation(node)
        for call in self.found.source.calls:
            if call not in self.rewrites:
                self._unfollowed(call)

    def _entry(self, entry: cst.DictElement) -> None:
        key = literal(entry.key)
        if key == "resources" and entry.key not in self.rewrites and self._is_amounts(entry.value):
            self._rewrite_amounts(entry.value)
            self.rewrites[entry.key] = constant(cst.SimpleString('"container_resources"'))
        if key == "image_pull_secrets":
            for value in listed_values(entry.value):
                self._rewrite_pull_secret(value)

    def _is_amounts(self, value: cst.BaseExpression) -> bool:
        """Return whether an entry of a dictionary is amounts: the name of a size only if calls take dictionaries."""
        is_size = literal(value) in sizes_of(self.settings)
        by_stars = any(arg.star == "**" for raw in self.found.calls for arg in raw.call.args)
        return self._class_of(value) == "Resources" or (is_size and by_stars)

    def _annotation(self, annotation: cst.Annotation) -> None:
        for node in walked(annotation):
            if self.found.source.names(node) == {"airflowkit.Resources"}:
                self.rewrites[node] = constant(cst.parse_expression("k8s.V1ResourceRequirements"))

    def _unfollowed(self, call: cst.Call) -> None:
        name = self._uses.get(call.func)
        if name in (DEFAULT_ARGS, DAG_ARGS):
            self._preset(call, name)
        elif name == POD_OVERRIDE:
            self._override(call)
        elif name == TEAMS_FAILURE:
            self.rewrites[call] = Alert.of(self.settings)
            self.lost[TEAMS_FAILURE] = None
        elif name == RETRY_BY_CAUSE:
            self.rewrites[call] = constant(GONE)
            self.lost[RETRY_BY_CAUSE] = None
        elif name == "Resources":
            self._rewrite_amounts(call)
        elif name in CLASSES:
            new = self._plain(call)
            alone = new.alone() if new else None
            if alone is None:
                self._object(call, f"nothing tells which pod gets this {name}")
            else:
                self.rewrites[call] = constant(alone)

    def _preset(self, call: cst.Call, name: str) -> None:
        preset = Preset.of(call, name, self.settings)
        if preset is None:
            self._object(call, f"nothing tells which preset this {name} is")
            return
        self.rewrites[call] = preset
        self.lost |= {RETRY_BY_CAUSE: None} if preset.had_policy else {}
        if name == DEFAULT_ARGS:
            self.lost[RECORD_FAILURE] = None
            resources, secrets = keyword_value(call, "resources"), keyword_value(call, "image_pull_secrets")
            if resources is not None and resources not in self.rewrites:
                self._rewrite_amounts(resources)
            for value in listed_values(secrets) if secrets is not None else ():
                self._rewrite_pull_secret(value)
            return
        for holder in self.found.source.calls:
            if any(arg.value is call and arg.star for arg in holder.args) and holder not in self.rewrites:
                self.rewrites[holder] = spread

    def _override(self, call: cst.Call) -> None:
        if has_comments(call):
            self._object(call, "the comments in this pod_override would be lost: write them above")
            return
        config = self._overrides.written(call)
        if config is None:
            self._object(call, "nothing tells which pod this pod_override is: write its values out there")
            return
        for node in walked(call):  # what is within it is part of the pod, and goes with it
            if isinstance(node, cst.Call):
                self.rewrites[node] = constant(node)
        self.rewrites[call] = constant(config)

    def _object(self, node: cst.CSTNode, reason: str) -> None:
        self.objections.append(f"line {self.found.source.span(node).start.line}: {reason}")

    def _plain(self, value: cst.BaseExpression) -> Plain | None:
        name = self._class_of(value)
        if name not in CLASSES or name == "Resources" or not isinstance(value, cst.Call):
            return None
        return plain(CLASSES[name], value, next(self._numbers))

    def _class_of(self, value: cst.BaseExpression) -> str:
        return self._uses.get(value.func, "") if isinstance(value, cst.Call) else ""

    @cached_property
    def _uses(self) -> dict[cst.BaseExpression, str]:
        return uses(self.found)

    @cached_property
    def _overrides(self) -> Override:
        return Override(self.found.source, self.settings, self._class_of, self.found.constant)

    @cached_property
    def _numbers(self) -> Iterator[int]:
        return count(1)

    def unknown(self) -> list[str]:
        """Return what of airflowkit the file uses that nothing can take the place of."""
        known: set[Any] = {"pod_task", RETRY_BY_CAUSE, DEFAULT_ARGS, DAG_ARGS, TEAMS_FAILURE, POD_OVERRIDE, *CLASSES}
        return sorted({name for name in self._uses.values() if name not in known})


def _policies_in(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """Yield what a node gives for a retry policy."""
    if isinstance(node, cst.Arg) and node.keyword and node.keyword.value == "retry_policy":
        yield node.value
    if isinstance(node, cst.DictElement) and literal(node.key) == "retry_policy":
        yield node.value


_REFERENCE: Final = "V1LocalObjectReference"
