"""User code in tests/typing is refused by type checkers where a comment expects that, and nowhere else.

`# error: [call-arg]` expects the code of mypy, and any error of ty. `(not ty)`: ty does not see it yet, such as unknown
names in `**keywords`. `(only ty)`: mypy misses it here, because it skips the types of Airflow and Kubernetes.
"""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "tests" / "typing").glob("*.py"))
EXPECTED = re.compile(r"# error:(?: \[(?P<codes>[\w, -]+)\])?(?: \((?P<checkers>not ty|only ty)\))?$")


@cache
def found(*command: str) -> dict[str, dict[int, set[str]]]:
    """Return a type checker's codes by file and line."""
    ended = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    errors: dict[str, dict[int, set[str]]] = {}
    for name, line, rest in re.findall(r"([\w/.-]+\.py):(\d+):(?:\d+:)? error(.*)", ended.stdout):
        code = re.findall(r"\[([\w-]+)\]", rest)
        errors.setdefault(Path(name).name, {}).setdefault(int(line), set()).update(code[-1:])
    assert errors, ended.stdout + ended.stderr
    return errors


def expected(file: Path, checker: str) -> dict[int, set[str]]:
    """Return the codes that a file's comments expect, by line."""
    lines = enumerate(file.read_text().splitlines(), 1)
    comments = {number: match for number, line in lines if (match := EXPECTED.search(line))}
    return {
        number: set((match["codes"] or "").replace(",", "").split())
        for number, match in comments.items()
        if match["checkers"] != {"mypy": "only ty", "ty": "not ty"}[checker]
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_mypy_refuses_what_is_wrong_with_the_expected_codes_and_nothing_else(file):
    errors = found("mypy", "--strict", *map(str, FILES))
    assert errors.get(file.name, {}) == expected(file, "mypy")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_ty_refuses_what_is_wrong_and_nothing_else(file):
    errors = found("ty", "check", "--python", sys.executable, "--output-format", "concise", *map(str, FILES))
    assert set(errors.get(file.name, {})) == set(expected(file, "ty"))
