"""What CONTRIBUTING.md and the pages for those who carry on name is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    ROOT / name
    for name in (
        "CONTRIBUTING.md",
        "README.md",
        "SECURITY.md",
        "docs/architecture.md",
        "docs/reference/compatibility.md",
        "docs/glossary.md",
        "docs/releasing.md",
    )
]
RECIPES = (
    "A keyword of `pod_task`",
    "A value class",
    "A rule of `airflowkit check`",
    "A finding of `airflowkit doctor`",
    "An outcome of `fake_cluster`",
    "A need of the contract",
    "A report format of `check`",
    "A setting in `airflowkit.toml`",
    "A command",
    "A preset",
    "A template of `new-dag`",
    "An example",
    "An answer of `new-repo`",
    "A newer chart, Airflow or provider",
    "A runtime of `airflowkit run`",
    "An alert channel",
)
CODE = re.compile(r"`([^`\n]+)`")
PLACE = re.compile(r"(?:\.ci|benchmarks|dags_examples|docs|requirements|scripts|src|tests)/[\w./-]*")
MADE = {"tests/node/node_modules"}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def words_of(page: Path) -> list[str]:
    """Return the words of a page's code, inline and in blocks."""
    text = page.read_text()
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    return " ".join([*CODE.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL)), *blocks]).split()


@each_page
def test_every_path_of_a_page_exists(page):
    named = {match[0].rstrip("/.") for word in words_of(page) if (match := PLACE.match(word.partition("::")[0]))}
    assert [path for path in sorted(named) if not (ROOT / path).exists() and path not in MADE] == []


@each_page
def test_every_link_of_a_page_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@each_page
def test_every_target_of_make_in_a_page_is_in_the_makefile(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", " ".join(words_of(page)))) <= targets


def test_every_test_that_is_named_is_collected():
    nodes = sorted({word for word in words_of(ROOT / "CONTRIBUTING.md") if "::" in word})
    assert nodes
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *nodes]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_recipe_is_there_and_ends_in_a_test_or_a_checklist():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    recipes = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##)", text, re.DOTALL | re.MULTILINE))
    assert tuple(recipes) == RECIPES
    for title, recipe in recipes.items():
        assert re.search(r"^1\. ", recipe, re.MULTILINE), title
        assert re.search(r"^(Fails until then|Checklist)|tests/\S*test_\w+\.py", recipe, re.MULTILINE), title


def test_every_marker_of_the_tests_is_explained():
    settings = (ROOT / "pyproject.toml").read_text()
    markers = set(re.findall(r'^    "(\w+)(?:\(.*\))?: (?:needs|takes)', settings, re.MULTILINE)) - {"needs_airflow"}
    assert markers <= set(words_of(ROOT / "CONTRIBUTING.md"))
