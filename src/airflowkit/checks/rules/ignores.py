"""AK608, AK609: the comments that ignore rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from airflowkit.checks.model.findings import Fault, Severity
from airflowkit.checks.model.rule import CommentSubject, comment_rule
from airflowkit.checks.rules.register import LIST_RULES, retirement

if TYPE_CHECKING:
    from collections.abc import Iterator


@comment_rule("AK608", "ignore-without-reason", Severity.WARNING)
def ignore_without_reason(ignore: CommentSubject) -> Iterator[Fault]:
    """Checks that each `# airflowkit: ignore[...]` names rules that exist, and gives a reason.

    ## Why it matters
    Nobody dares to delete an ignore whose reason is forgotten. Without a reason it ignores nothing.

    ## How to fix it
    Write, for example, `# airflowkit: ignore[AK402] built by hand until March`.
    """
    if not ignore.comment.codes:
        yield Fault("names no rule to ignore", hint="write ignore[AK402] and the reason")
    for code in ignore.unknown:
        yield Fault(f"ignores {code}, which is not a rule", hint=retirement(code) or LIST_RULES)
    if ignore.comment.codes and not ignore.comment.reason:
        yield Fault("ignores a rule without a reason", hint="add the reason after the bracket")


@comment_rule("AK609", "unused-ignore", Severity.WARNING)
def unused_ignore(ignore: CommentSubject) -> Iterator[Fault]:
    """Checks that each `# airflowkit: ignore[...]` ignores something.

    ## Why it matters
    What it was about has been fixed or moved. If it stays, it hides the next finding of the same rule.

    ## How to fix it
    Delete the code, or the comment. A comment covers the statement that it is in or, on a line of its own, the
    statement that follows; of a `with`, `def` or `for` statement, that is the header. Rules that did not run, and rules
    whose findings depend on the machine or on installed packages, are never reported as unused.
    """
    for code in ignore.unused:
        yield Fault(f"ignores {code}, which finds nothing here", hint="delete it")


RULES: Final = (
    ignore_without_reason,
    unused_ignore,
)
