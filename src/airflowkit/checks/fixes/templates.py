"""The fix of AK311: names that Airflow 3 removed from templates, where another one gives the same in every run."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import libcst as cst

from airflowkit.checks.fixes.fix import Fix
from airflowkit.checks.fixes.syntax import Source, parsed
from airflowkit.checks.moves.context import EQUAL, removed_name

if TYPE_CHECKING:
    from jinja2 import Environment

    from airflowkit.checks.model.findings import Finding

_OTHERS: Final = frozenset({".", "|", "is"})
"""After one of them, a name is an attribute, a filter or a test."""
_BINDING: Final = frozenset({"set", "for"})
"""After one of them, a name is the template's own variable."""
_PART: Final = "_airflowkit_part_{}_"
_PARTS: Final = re.compile(r"_airflowkit_part_(\d+)_")

_Token = tuple[str, str]


def todays_name(finding: Finding, text: str) -> str | None:
    """Write a removed name in the task's templates as Airflow 3 has it; in the whole file if they stand elsewhere."""
    name, source = removed_name(finding.message), parsed(text)
    if name is None or name not in EQUAL or source is None:
        return None
    writing = _Writing(name)
    call = _call_at(source, finding.line)
    if call is not None:
        changed = call.visit(writing)
        if writing.done and isinstance(changed, cst.Call):
            after = source.module.deep_replace(call, changed)
            return after.code if isinstance(after, cst.Module) else None
    after = source.module.visit(writing)
    return after.code if writing.done else None


def respelled(text: str) -> str:
    """Return a template with today's names."""
    for name in EQUAL:
        text = _rewritten(text, name)
    return text


def _call_at(source: Source, line: int | None) -> cst.Call | None:
    """Return the outermost call that begins at a line."""
    found = [call for call in source.calls if source.span(call).start.line == line]
    return max(found, key=lambda call: len(cst.Module([]).code_for_node(call)), default=None)


def _rewritten(text: str, name: str) -> str:
    """Return a template with another name for a removed one; as it is where that is in doubt."""
    from jinja2 import TemplateError

    if name.partition(".")[0] not in text:
        return text
    try:
        tokens = [(kind, value) for _line, kind, value in _environment().lex(text)]
    except TemplateError:
        return text
    if "".join(value for _kind, value in tokens) != text:  # it has other line ends
        return text
    written = _written(tokens, name.split("."), EQUAL[name])
    return text if written is None else written


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment

    return Environment(keep_trailing_newline=True)  # noqa: S701  nothing is rendered


def _written(tokens: list[_Token], name: list[str], successor: str) -> str | None:
    """Return the text of tokens with a name replaced; None if the template has a variable of that name itself."""
    wanted = [("name", name[0]), *(token for part in name[1:] for token in (("operator", "."), ("name", part)))]
    done: list[str] = []
    place = 0
    while place < len(tokens):
        if tokens[place : place + len(wanted)] != wanted or _before(tokens, place) in _OTHERS:
            done.append(tokens[place][1])
            place += 1
            continue
        following = _after(tokens, place + len(wanted))
        if following == "=" or _before(tokens, place) in _BINDING:
            return None
        if following == "is" and not successor.replace(".", "").isidentifier():
            return None
        done.append(successor)
        place += len(wanted)
    return "".join(done)


def _before(tokens: list[_Token], place: int) -> str:
    return next((value for kind, value in reversed(tokens[:place]) if kind != "whitespace"), "")


def _after(tokens: list[_Token], place: int) -> str:
    return next((value for kind, value in tokens[place:] if kind != "whitespace"), "")


class _Writing(cst.CSTTransformer):
    """Writes today's name into the templates among a tree's texts."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.done = False

    def leave_SimpleString(  # noqa: N802  libcst's name
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        text, raw = original_node.evaluated_value, original_node.raw_value
        if not isinstance(text, str) or (after := _rewritten(raw, self._name)) == raw:
            return updated_node
        begins = len(original_node.prefix) + len(original_node.quote)
        value = f"{original_node.value[:begins]}{after}{original_node.quote}"
        if ast.literal_eval(value) != _rewritten(text, self._name):
            return updated_node
        self.done = True
        return updated_node.with_changes(value=value)

    def leave_FormattedString(  # noqa: N802  libcst's name
        self, _original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.FormattedString:
        parts = list(updated_node.parts)
        text = "".join(
            part.value.replace("{{", "{").replace("}}", "}")
            if isinstance(part, cst.FormattedStringText)
            else _PART.format(number)
            for number, part in enumerate(parts)
        )
        after = _rewritten(text, self._name)
        if after == text:
            return updated_node
        self.done = True
        pieces = _PARTS.split(after)
        written: list[cst.BaseFormattedStringContent] = []
        for place, piece in enumerate(pieces):
            if place % 2:
                written.append(parts[int(piece)])
            elif piece:
                written.append(cst.FormattedStringText(piece.replace("{", "{{").replace("}", "}}")))
        return updated_node.with_changes(parts=written)


FIXES: Final = (Fix("AK311", todays_name, respelled=respelled),)
