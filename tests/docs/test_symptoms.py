"""Each page of a symptom stands on a test that makes it happen, and says what airflowkit says today."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from airflowkit.causes import CauseCode
from airflowkit.checks.rules import BY_CODE
from airflowkit.deploy.doctor.codes import codes
from airflowkit.pods.diagnostics.diagnosis import diagnose
from pods.diagnostics.test_diagnosis import RECORDED, recorded

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "symptoms"
INDEX = FOLDER / "index.md"
PAGES = sorted(set(FOLDER.glob("*.md")) - {INDEX})
PARTS = ["What it means", "Which cause it is", "How to fix it", "What airflowkit does about it"]
TEST = re.compile(r"<!-- (tests/[\w/]+\.py)::(\w+)(?:\[(\w+)\])? -->")
CAUSE = re.compile(r"^\| .+ \| `([a-z-]+)` \| (.+) \|$", re.MULTILINE)
"""A row: what is said, the code of the cause, what to do."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


@cache
def source(path: str) -> str:
    return (ROOT / path).read_text()


@cache
def functions_of(path: str) -> set[str]:
    nodes = ast.walk(ast.parse(source(path)))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@each_page
def test_a_page_names_the_tests_that_make_it_happen(page):
    named = TEST.findall(page.read_text())
    assert named
    for path, test, case in named:
        assert test in functions_of(path)
        assert not case or f'"{case}"' in source(path)


@each_page
def test_a_page_says_what_it_means_how_to_tell_how_to_fix_it_and_what_airflowkit_does(page):
    text = page.read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert "```text" in text.partition(f"## {PARTS[0]}")[0]  # the message, as it is pasted


@each_page
def test_the_codes_of_a_page_exist(page):
    text = page.read_text()
    assert set(re.findall(r"\bAK\d{3}\b", text)) <= BY_CODE.keys()
    assert set(re.findall(r"\bAD\d{3}\b", text)) <= codes().keys()


@each_page
def test_what_to_do_about_a_cause_is_what_the_cause_says(page):
    for code, remedy in CAUSE.findall(page.read_text()):
        assert remedy == CauseCode(code).remedy


@each_page
def test_a_page_has_the_hint_of_the_death_that_its_test_has_recorded(page):
    text = page.read_text()
    cases = [case for _, _, case in TEST.findall(text) if (RECORDED / f"{case}.json").exists()]
    hints = [diagnose(recorded(case)).cause.hint.partition(": kubectl")[0] for case in cases]
    assert [hint for hint in hints if hint not in text] == []


def test_the_index_has_every_page():
    assert sorted(re.findall(r"\]\(([\w-]+\.md)\)", INDEX.read_text())) == [page.name for page in PAGES]
