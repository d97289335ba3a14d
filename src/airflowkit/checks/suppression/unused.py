"""Finds ignore comments without effect: they name rules that do not exist, or that found nothing there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from airflowkit.checks.model.rule import CommentSubject, Scope
from airflowkit.checks.rules import ELSEWHERE_DIFFERENT, RULES
from airflowkit.checks.suppression.selection import is_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from airflowkit.checks.model.comments import Comment
    from airflowkit.checks.model.findings import Finding
    from airflowkit.checks.report import Examined


def comment_subjects(
    paths: Iterable[str],
    findings: Iterable[Finding],
    examined: Examined,
    comments: Callable[[str], Iterable[Comment]],
) -> Iterator[CommentSubject]:
    """Yield each comment that ignores rules, with the codes that have no effect.

    Args:
        paths: The files.
        findings: The findings of all rules, including those that comments ignore.
        examined: What the check looked at.
        comments: Returns the comments of a file.
    """
    found = defaultdict(list)
    for finding in findings:
        found[finding.path].append(finding)
    for path in paths:
        for comment in comments(path):
            yield CommentSubject(
                comment,
                path,
                unknown=tuple(code for code in comment.codes if not is_code(code)),
                unused=tuple(
                    code
                    for code in comment.codes
                    if comment.reason
                    and _could_be_found(code, path, examined)
                    and not _ignores_something(code, comment, found[path])
                ),
            )


def _could_be_found(code: str, path: str, examined: Examined) -> bool:
    """Return whether each rule that a code means was checked, and finds the same on every computer."""
    meant = [rule for rule in RULES if rule.code.startswith(code)]
    return bool(meant) and all(
        rule.code not in ELSEWHERE_DIFFERENT and rule.scope is not Scope.COMMENT and examined.covers(rule.code, path)
        for rule in meant
    )


def _ignores_something(code: str, comment: Comment, findings: Sequence[Finding]) -> bool:
    return any(it.code.startswith(code) and comment.ignores(it.code, it.line) for it in findings)
