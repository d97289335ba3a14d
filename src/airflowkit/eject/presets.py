"""`default_args(…)` and `dag_args(…)` as the dictionaries that they return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import libcst as cst

from airflowkit.adopt.models import is_none
from airflowkit.adopt.models import text_of as literal
from airflowkit.checks.fixes.syntax import keyword_argument, keyword_value
from airflowkit.eject.arguments import OURS
from airflowkit.eject.written import Code, expression_of, value_of
from airflowkit.errors import AirflowKitError
from airflowkit.pods.spec.keywords import REWRITTEN
from airflowkit.presets import OF_THE_DAG, preset_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflowkit.settings import Settings

DEFAULT_ARGS: Final = "default_args"
DAG_ARGS: Final = "dag_args"
_RENAMED: Final = {"resources": "container_resources"}


@dataclass(frozen=True, slots=True)
class Preset:
    """What a call of `default_args` or `dag_args` returns, before its overrides.

    Attributes:
        values: The preset's own values.
        had_policy: Whether it has a retry policy, which plain Airflow does not have.
    """

    values: Mapping[str, Any]
    had_policy: bool

    @classmethod
    def of(cls, call: cst.Call, function: str, settings: Settings) -> Preset | None:
        """Return the preset of a call; None if only the run of the file knows its name."""
        name = _name(call)
        if name is None:
            return None
        try:
            values = preset_of(name, settings)
        except AirflowKitError:
            return None
        is_wanted = function == DAG_ARGS
        wanted = {key: it for key, it in values.items() if (key in OF_THE_DAG) == is_wanted and key not in REWRITTEN}
        had_policy = wanted.pop("retry_policy", None) is not None
        return cls(wanted, had_policy)

    def __call__(self, call: cst.Call) -> cst.Dict:
        """Return the dictionary that a call, already rewritten within, becomes."""
        given = [arg for arg in call.args if (arg.keyword or arg.star) and not _says_nothing(arg)]
        names = {arg.keyword.value for arg in given if arg.keyword}
        elements: list[cst.BaseDictElement] = [
            cst.DictElement(expression_of(key), expression_of(it))
            for key, it in self.values.items()
            if key not in names
        ]
        for arg in given:
            if arg.star:
                elements.append(cst.StarredDictElement(arg.value))
            elif arg.keyword:
                key = _RENAMED.get(arg.keyword.value, arg.keyword.value)
                elements.append(cst.DictElement(expression_of(key), arg.value))
        return cst.Dict(elements)


def spread(call: cst.Call) -> cst.Call:
    """Return a call with `**{…}` of a dictionary that is written out as keywords."""
    args: list[cst.Arg] = []
    for arg in call.args:
        names = _keys(arg.value) if arg.star == "**" and isinstance(arg.value, cst.Dict) else None
        if names is None or not isinstance(arg.value, cst.Dict):
            args.append(arg)
            continue
        made = [
            keyword_argument(name, element.value).with_changes(comma=_comma(call))
            for name, element in zip(names, arg.value.elements, strict=True)
        ]
        if made:
            made[-1] = made[-1].with_changes(comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg)
        args += made
    return call.with_changes(args=args)


def _comma(call: cst.Call) -> cst.Comma:
    opening = call.whitespace_before_args
    if isinstance(opening, cst.ParenthesizedWhitespace):
        return cst.Comma(whitespace_after=opening.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=()))
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


def _keys(value: cst.Dict) -> list[str] | None:
    found = [literal(it.key) for it in value.elements if isinstance(it, cst.DictElement)]
    names = [key for key in found if key is not None]
    return names if len(names) == len(value.elements) else None


def _name(call: cst.Call) -> str | None:
    given = keyword_value(call, "preset")
    if given is None and call.args and not call.args[0].keyword and not call.args[0].star:
        given = call.args[0].value
    name = "standard" if given is None else value_of(given)
    return None if isinstance(name, Code) or not isinstance(name, str) else name


def _says_nothing(arg: cst.Arg) -> bool:
    """Return whether an argument is for airflowkit alone, or no owner."""
    name = arg.keyword.value if arg.keyword else ""
    return name == "preset" or name in OURS or (name == "owner" and is_none(arg.value))
