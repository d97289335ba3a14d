"""Which findings count: by the `[check]` settings, the command line, and comments in the DAG files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Severity
from airflowkit.checks.rules import BY_CODE, hint_for
from airflowkit.checks.rules.register import LIST_RULES
from airflowkit.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from airflowkit.checks.model.comments import Comment
    from airflowkit.checks.model.findings import Finding
    from airflowkit.setting_sections import Check

_ALWAYS: Final = ("AK101", "AK102", "AK103", "AK104", "AK113")
"""Why a file could not be imported: no rule has seen its DAGs, so that a selection without these would find nothing."""


@dataclass(frozen=True, slots=True)
class Selected:
    """The findings that count.

    Attributes:
        findings: The findings, with the severity that the settings give them.
        ignored: How many others the settings and comments ignore.
    """

    findings: tuple[Finding, ...]
    ignored: int


def narrowed(options: Check, select: Iterable[str], ignore: Iterable[str]) -> Check:
    """Return the options with those of the command line: they replace `select`, and add to `ignore`.

    Raises:
        SettingsError: They name a rule that does not exist.
    """
    select, ignore = codes_in(select), codes_in(ignore)
    _refuse_unknown("--select", select)
    _refuse_unknown("--ignore", ignore)
    _refuse_unknown("[check]", _named(options))
    changes = {"ignore": {**dict.fromkeys(ignore, "--ignore"), **options.ignore}}
    return options.model_copy(update=changes | ({"select": list(select)} if select else {}))


def codes_in(arguments: Iterable[str]) -> tuple[str, ...]:
    """Return the codes of arguments that may each hold several.

    Examples:
        >>> codes_in(["AK1,ak4", "AK501"])
        ('AK1', 'AK4', 'AK501')
    """
    return tuple(code.strip().upper() for argument in arguments for code in argument.split(","))


def is_code(text: str) -> bool:
    """Return whether a text is a rule's code, or the beginning of one."""
    return bool(text) and any(code.startswith(text) for code in BY_CODE)


def is_selected(code: str, options: Check) -> bool:
    """Return whether a rule is checked at all."""
    return _is_asked(code, options) and not code.startswith(tuple(options.ignore))


def selected(
    findings: Iterable[Finding], options: Check, folder: Path, comments: Callable[[str], Iterable[Comment]]
) -> Selected:
    """Return the findings that count.

    Args:
        findings: What the rules found.
        options: The `[check]` settings.
        folder: The DAG folder, from which the patterns of `per_path` start.
        comments: Returns the comments of a file.
    """
    asked = [finding for finding in findings if _is_asked(finding.code, options)]
    left = [
        finding
        for finding in asked
        if is_selected(finding.code, options)
        and not _is_ignored_there(finding, options, folder)
        and not any(comment.ignores(finding.code, finding.line) for comment in comments(finding.path))
    ]
    return Selected(tuple(_weighed(finding, options) for finding in left), len(asked) - len(left))


def _is_asked(code: str, options: Check) -> bool:
    return code.startswith((*options.select, *_ALWAYS))


def _weighed(finding: Finding, options: Check) -> Finding:
    severity = None if finding.failed else options.severity.get(finding.code)
    return replace(finding, severity=Severity(severity)) if severity else finding


def _is_ignored_there(finding: Finding, options: Check, folder: Path) -> bool:
    """Return whether `per_path` ignores a finding; its patterns may start at the DAG folder or beside it."""
    names = [finding.path.removeprefix(f"{start}/") for start in (folder, folder.parent)]
    return any(
        finding.code.startswith(tuple(ignored)) and any(fnmatch(name, pattern) for name in names)
        for pattern, ignored in options.per_path.items()
    )


def _named(options: Check) -> list[str]:
    return [
        *options.select,
        *options.ignore,
        *options.severity,
        *(code for codes in options.per_path.values() for code in codes),
    ]


def _refuse_unknown(place: str, codes: Iterable[str]) -> None:
    for code in codes:
        if not is_code(code):
            raise SettingsError(f"{place} names {code!r}, which is not a rule", hint=hint_for(code) or LIST_RULES)
