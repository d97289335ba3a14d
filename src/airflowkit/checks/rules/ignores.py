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
    """Checks that each `# airflowkit: ignore[...]` names rules that exist, and says why.

    ## Why it matters
    Nobody dares to delete an ignore whose reason is forgotten. Without a reason it ignores nothing.

    ## How to fix it
    Write `# airflowkit: ignore[AK402] built by hand until March`.
    """
    if not ignore.comment.codes:
        yield Fault("ignores no rule that there is", hint="write ignore[AK402] and the reason")
    for code in ignore.unknown:
        yield Fault(f"ignores {code}, which is not a rule", hint=retirement(code) or LIST_RULES)
    if ignore.comment.codes and not ignore.comment.reason:
        yield Fault("ignores a rule and does not say why", hint="add the reason after the bracket")


@comment_rule("AK609", "unused-ignore", Severity.WARNING)
def unused_ignore(ignore: CommentSubject) -> Iterator[Fault]:
    """Checks that each `# airflowkit: ignore[...]` ignores something.

    ## Why it matters
    What it was about is mended, or stands elsewhere by now. Left there, it hides the next fault of this kind.

    ## How to fix it
    Delete the code, or the comment. A comment covers the statement that it stands in, or, on a line of its own, the
    statement that follows; of a `with`, `def` or `for` that is the header. Rules whose findings depend on the machine
    or on what is installed, and rules that were not asked, are never called unused.
    """
    for code in ignore.unused:
        yield Fault(f"ignores {code}, which finds nothing here", hint="delete it")


RULES: Final = (
    ignore_without_reason,
    unused_ignore,
)
