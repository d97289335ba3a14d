"""The figures on the pages are those that were counted and measured."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MISTAKES = re.compile(r"(\d+) of \[?(\d+) (?:such |known )?mistakes")


def test_the_page_of_what_was_measured_is_what_the_benchmarks_printed():
    script = [sys.executable, str(ROOT / "scripts" / "measured.py"), "--check"]
    assert subprocess.run(script, capture_output=True, text=True, check=False).stderr == ""


@pytest.mark.parametrize("page", ["README.md", "docs/compared.md"])
def test_a_page_counts_the_mistakes_as_the_corpus_does(page):
    corpus = (ROOT / "docs" / "reference" / "mistakes.md").read_text()
    (counted,) = re.findall(r"\| `KubernetesPodOperator` \| (\d+) of (\d+) \|", corpus)
    assert set(MISTAKES.findall((ROOT / page).read_text())) == {counted}
