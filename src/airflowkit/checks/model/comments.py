"""Comments in a DAG file that ignore rules.

    x = pod_task("x", image="orders")  # airflowkit: ignore[AK402, AK403] built by hand until March

A comment covers the statement that it is in, from the first line to the last; on a line of its own, the statement
that follows. For a statement with a body (`with`, `def`, `for`) that is the header, with its decorators; of the body,
only what is on the header's line. `ignore-file[...]` covers the whole file, wherever it is.
"""

from __future__ import annotations

import io
import re
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

IGNORE: Final = re.compile(
    r"#\s*airflowkit:\s*ignore(?P<file>-file)?\b\s*(?:\[(?P<codes>[^\]#]*)\])?(?P<reason>.*?)(?=\s#\s|$)"
)
"""One ignore in a comment, which may contain other things: `# noqa: E501  # airflowkit: ignore[...]`."""
_NO_CODE: Final = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that ignores rules.

    Attributes:
        codes: The rules' codes, or their beginnings.
        reason: Why; without one it ignores nothing.
        line: The line that it is on.
        covers: The lines that it covers; None for the whole file.
    """

    codes: tuple[str, ...]
    reason: str
    line: int
    covers: range | None

    def ignores(self, code: str, line: int | None) -> bool:
        """Return whether it ignores a rule's finding at a line."""
        covered = self.covers is None or line in self.covers
        return covered and bool(self.reason) and code.startswith(self.codes)


def comments(path: str | Path) -> tuple[Comment, ...]:
    """Return the comments in a file that ignore rules; a file that is not valid Python has none."""
    if Path(path).suffix.lower() != ".py":
        return ()  # an archive, or YAML, of which Python can tokenize parts
    try:
        content = Path(path).read_bytes()
        return comments_in(content) if b"airflowkit:" in content else ()
    except (OSError, SyntaxError, UnicodeDecodeError, tokenize.TokenError, SystemError):
        return ()  # CPython 3.12 and 3.13 raise SystemError for some texts with a NUL or a stray quote


def comments_in(content: bytes) -> tuple[Comment, ...]:
    """Return the comments in the source of a file that ignore rules.

    Raises:
        SyntaxError: The source is not valid Python.
        UnicodeDecodeError: It is not in the encoding that it declares, or in UTF-8.
        TokenError: It ends within a statement.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Python warns when it imports the file
        tokens = tokenize.tokenize(io.BytesIO(content).readline)
        return tuple(comment for statement in _statements(tokens) for comment in _comments_of(statement))


def _statements(tokens: Iterable[tokenize.TokenInfo]) -> Iterator[list[tokenize.TokenInfo]]:
    """Yield the tokens of each statement or header, with the comments before it and within."""
    statement: list[tokenize.TokenInfo] = []
    first = ""  # the first word of the logical line
    for token in tokens:
        statement.append(token)
        if not first and token.type not in _NO_CODE:
            first = token.string
        if token.type == tokenize.NEWLINE:
            if first != "@":
                yield statement
                statement = []
            first = ""
    yield statement


def _comments_of(statement: list[tokenize.TokenInfo]) -> Iterator[Comment]:
    code = [token for token in statement if token.type not in _NO_CODE]
    lines = range(code[0].start[0], code[-1].end[0] + 1) if code else range(0)
    for token in statement:
        if token.type == tokenize.COMMENT:
            for match in IGNORE.finditer(token.string):
                yield Comment(
                    codes=codes_in(match),
                    reason=match["reason"].strip(),
                    line=token.start[0],
                    covers=None if match["file"] else lines,
                )


def codes_in(ignore: re.Match[str]) -> tuple[str, ...]:
    """Return the codes that an ignore names."""
    return tuple((ignore["codes"] or "").upper().replace(",", " ").split())
