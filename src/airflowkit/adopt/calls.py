"""The calls of `KubernetesPodOperator` in a DAG file, by what its imports say, and what each argument is written as."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.checks.fixes.syntax import Source, keyword_value, walked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_PROVIDER: Final = "airflow.providers.cncf.kubernetes.operators"
POD_OPERATORS: Final = frozenset(
    {
        f"{_PROVIDER}.pod.KubernetesPodOperator",
        f"{_PROVIDER}.kubernetes_pod.KubernetesPodOperator",
        "airflow.contrib.operators.kubernetes_pod_operator.KubernetesPodOperator",
    }
)
_FOR_A_LINTER: Final = re.compile(
    r"# *(?:noqa(?::[ \w,]*)?|type: *ignore(?:\[[^]]*])?|(?:pylint|isort|ruff|pyright): *[-\w=, ]+|nosec)$"
)


@dataclass(frozen=True, eq=False, slots=True)
class RawCall:
    """A call that makes a task with `KubernetesPodOperator`, or with its `partial`.

    Attributes:
        call: The call.
        operator: The operator in it.
        line: Where it begins.
        end: Where it ends, with the `expand` of a `partial`.
    """

    call: cst.Call
    operator: cst.BaseExpression
    line: int
    end: int


@dataclass(frozen=True, eq=False, slots=True)
class Slot:
    """A place in the file whose value becomes an argument of raw calls, and nothing else.

    Attributes:
        value: What is written there.
        calls: The calls.
    """

    value: cst.BaseExpression
    calls: frozenset[RawCall]


@dataclass(frozen=True)
class RawCalls:
    """The raw calls of a file, and how values reach them.

    Attributes:
        source: The file.
        calls: Its raw calls, in source order.
        operators: What they call.
    """

    source: Source
    calls: tuple[RawCall, ...]
    operators: frozenset[str] = POD_OPERATORS

    @classmethod
    def of(cls, source: Source, operators: frozenset[str] = POD_OPERATORS) -> RawCalls:
        """Return the raw calls of a file; or those of other operators, by their names as imports give them."""
        return cls(source, tuple(_raw_calls(source, operators)), operators)

    @property
    def passed_on(self) -> tuple[int, ...]:
        """The lines on which the operator itself is a base class, or a value: nobody knows what becomes of it."""
        known: set[cst.CSTNode] = {call.operator for call in self.calls}
        for call in self.source.calls:
            if isinstance(call.func, cst.Name) and call.func.value in ("isinstance", "issubclass"):
                known |= set(walked(call))  # a moved task is an instance, too
        found = (node for node in self.expressions if node not in known and self.source.means(node, self.operators))
        return tuple(self.source.span(node).start.line for node in found)

    @property
    def by_star(self) -> bool:
        """Whether names of the file come from `import *`, which nobody knows."""
        return "*" in self._imported

    def values(self, keyword: str) -> list[Slot]:
        """Return what is given for a keyword: in the call itself, or by a name that only raw calls use."""
        found: dict[cst.BaseExpression, set[RawCall]] = defaultdict(set)
        for raw in self.calls:
            value = keyword_value(raw.call, keyword)
            if value is not None:
                found[self.written(value, keyword)].add(raw)
        return [Slot(value, frozenset(calls)) for value, calls in found.items()]

    def elements(self, keyword: str) -> list[Slot]:
        """Return the elements of the lists that are given for a keyword, each once."""
        found: dict[cst.BaseExpression, set[RawCall]] = defaultdict(set)
        for slot in self.values(keyword):
            for element in listed_values(slot.value):
                found[self.written(element, keyword)] |= slot.calls
        return [Slot(value, frozenset(calls)) for value, calls in found.items()]

    def has_comments(self, value: cst.BaseExpression) -> bool:
        """Return whether a value has comments, or its own statement if that goes with it."""
        return has_comments(self._statements.get(value, value))

    def written(self, value: cst.BaseExpression, keyword: str) -> cst.BaseExpression:
        """Return what a value is written as: for a name that only raw calls use for a keyword, what it was assigned."""
        if not isinstance(value, cst.Name) or not self._is_private(value.value, self._uses(keyword)):
            return value
        return self._assigned[value.value][0]

    def constant(self, name: str) -> cst.BaseExpression | None:
        """Return what a name of the module is assigned, if that happens once and nothing else binds it."""
        values = self._assigned.get(name, ())
        is_bound_else = bool((self._imported | self._bound_otherwise) & {name, "*"})
        return values[0] if len(values) == 1 and not is_bound_else else None

    def uses_of(self, name: str) -> list[cst.Name]:
        """Return where a name stands for its value."""
        targets = {
            node.target for node in walked(self.source.module) if isinstance(node, (cst.AssignTarget, cst.AnnAssign))
        }
        return [node for node in self._names[name] if node not in targets]

    def _is_private(self, name: str, uses: Mapping[str, set[cst.Name]]) -> bool:
        """Return whether a name is assigned once and never imported, and all its other uses are these."""
        if name in self._imported or "*" in self._imported:  # its value may be that one, and the assigned one unused
            return False
        return len(self._assigned.get(name, ())) == 1 and len(self._names[name]) == len(uses.get(name, ())) + 1

    def _uses(self, keyword: str) -> Mapping[str, set[cst.Name]]:
        """Return where names stand for a keyword of raw calls: as its value, or in a list that is nothing else."""
        if keyword not in self._uses_by_keyword:
            self._uses_by_keyword[keyword] = self._found_uses(keyword)
        return self._uses_by_keyword[keyword]

    def _found_uses(self, keyword: str) -> Mapping[str, set[cst.Name]]:
        given = [value for raw in self.calls if (value := keyword_value(raw.call, keyword)) is not None]
        whole = _by_name(given)
        lists = [self._assigned[name][0] for name in whole if self._is_private(name, whole)]
        return _by_name([*given, *(element for value in (*given, *lists) for element in listed_values(value))])

    @cached_property
    def _uses_by_keyword(self) -> dict[str, Mapping[str, set[cst.Name]]]:
        return {}

    @cached_property
    def _statements(self) -> Mapping[cst.BaseExpression, cst.SimpleStatementLine]:
        """Each value that a statement assigns, with that statement."""
        lines = [it for it in walked(self.source.module) if isinstance(it, cst.SimpleStatementLine)]
        found = ((_target(part), line) for line in lines for part in line.body)
        return {target[1]: line for target, line in found if target}

    @cached_property
    def expressions(self) -> list[cst.BaseExpression]:
        """Every name and attribute of the file, outside imports and annotations."""
        labels = cst.Import, cst.ImportFrom, cst.Annotation
        return [node for node in walked(self.source.module, labels) if isinstance(node, (cst.Name, cst.Attribute))]

    @cached_property
    def _imported(self) -> set[str]:
        """The names that imports bind; an asterisk for those that nobody knows."""
        found = (node for node in walked(self.source.module) if isinstance(node, (cst.Import, cst.ImportFrom)))
        return {name for node in found for name in bound_names(node)}

    @cached_property
    def _bound_otherwise(self) -> set[str]:
        """The names that something else than a plain assignment binds: loops, `with`, `:=`, `+=`, `a, b = …`."""
        targets: list[cst.CSTNode] = []
        for node in walked(self.source.module):
            if isinstance(node, (cst.For, cst.CompFor, cst.NamedExpr, cst.AugAssign)):
                targets.append(node.target)
            elif isinstance(node, cst.AsName):
                targets.append(node.name)
            elif isinstance(node, cst.Assign) and _target(node) is None:
                targets += node.targets
        return {name.value for target in targets for name in used_names(target)}

    @cached_property
    def _names(self) -> Mapping[str, list[cst.Name]]:
        found: dict[str, list[cst.Name]] = defaultdict(list)
        for name in used_names(self.source.module):
            found[name.value].append(name)
        return found

    @cached_property
    def _assigned(self) -> Mapping[str, list[cst.BaseExpression]]:
        found: dict[str, list[cst.BaseExpression]] = defaultdict(list)
        for node in walked(self.source.module):
            target = _target(node)
            if target is not None:
                found[target[0]].append(target[1])
        return found


def _by_name(values: Iterable[cst.BaseExpression]) -> Mapping[str, set[cst.Name]]:
    found: dict[str, set[cst.Name]] = defaultdict(set)
    for value in values:
        if isinstance(value, cst.Name):
            found[value.value].add(value)
    return found


def called(function: cst.BaseExpression) -> str:
    """Return the last name of what a call calls, such as `update` of `x.update`, or an empty string."""
    name = function.attr if isinstance(function, cst.Attribute) else function
    return name.value if isinstance(name, cst.Name) else ""


def literal_name(raw: RawCall) -> str:
    """Return the `task_id` that is written out in a call, or an empty string."""
    first = raw.call.args[0] if raw.call.args else None
    value = first.value if first and not first.keyword and not first.star else keyword_value(raw.call, "task_id")
    evaluated = value.evaluated_value if isinstance(value, cst.SimpleString) else ""
    return evaluated if isinstance(evaluated, str) else ""


def listed_values(value: cst.BaseExpression) -> list[cst.BaseExpression]:
    """Return the elements of a list that is written out; none for anything else."""
    if not isinstance(value, cst.List) or any(isinstance(it, cst.StarredElement) for it in value.elements):
        return []
    return [element.value for element in value.elements]


def has_comments(node: cst.CSTNode) -> bool:
    """Return whether a node has comments, which would be lost with it."""
    return any(isinstance(below, cst.Comment) for below in walked(node))


def lost_comments(before: cst.CSTNode, after: cst.CSTNode) -> Counter[str]:
    """Return the comments that a change loses; what only a linter reads may go with the line that it is about."""
    return _comments(before) - _comments(after)


def _comments(node: cst.CSTNode) -> Counter[str]:
    found = (below.value for below in walked(node) if isinstance(below, cst.Comment))
    return Counter(text for text in found if not _FOR_A_LINTER.match(text))


def used_names(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Yield each name below a node that stands for a value: no attribute, no keyword, no import."""
    if isinstance(node, cst.Name):
        yield node
    if isinstance(node, (cst.Import, cst.ImportFrom)):
        return
    for child in node.children:
        is_label = (isinstance(node, cst.Attribute) and child is node.attr) or (
            isinstance(node, cst.Arg) and child is node.keyword
        )
        if not is_label:
            yield from used_names(child)


def bound(alias: cst.ImportAlias) -> str:
    """Return the name that an import binds."""
    return alias.evaluated_alias or alias.evaluated_name.partition(".")[0]


def bound_names(imported: cst.Import | cst.ImportFrom) -> set[str]:
    """Return the names that an import binds; an asterisk for those that nobody knows."""
    return {"*"} if isinstance(imported.names, cst.ImportStar) else {bound(alias) for alias in imported.names}


def _target(node: cst.CSTNode) -> tuple[str, cst.BaseExpression] | None:
    """Return the one name that an assignment sets, and its value."""
    if isinstance(node, cst.Assign) and len(node.targets) == 1 and isinstance(node.targets[0].target, cst.Name):
        return node.targets[0].target.value, node.value
    if isinstance(node, cst.AnnAssign) and isinstance(node.target, cst.Name) and node.value:
        return node.target.value, node.value
    return None


def _raw_calls(source: Source, operators: frozenset[str]) -> Iterator[RawCall]:
    expanded = {call.func.value: call for call in source.calls if isinstance(call.func, cst.Attribute)}
    for call in source.calls:
        operator = _operator(source, call, operators)
        if operator is not None:
            end = source.span(expanded.get(call, call)).end.line
            yield RawCall(call, operator, source.span(call).start.line, end)


def _operator(source: Source, call: cst.Call, operators: frozenset[str]) -> cst.BaseExpression | None:
    """Return the operator that a call makes a task of, or None."""
    func = call.func
    if source.means(func, operators):
        return func
    if isinstance(func, cst.Attribute) and func.attr.value == "partial" and source.means(func.value, operators):
        return func.value
    return None
