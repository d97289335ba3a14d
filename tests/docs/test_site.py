"""The site: built strictly, complete, searched without a network, and readable for everybody."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("zensical", reason="an environment of the matrix builds no site")

import griffe
import typer
from scripts.site import api, commands, formats, html, links, settings_page, walk
from scripts.site.places import SITE, SOURCES, pages, place_of
from scripts.site.undocumented import UndocumentedError

from airflowkit.adopt.engine import Named
from airflowkit.cli import adopting, eject
from airflowkit.upgrade.environment import Environment
from airflowkit.upgrade.formats.json import render as json_of_upgrade
from airflowkit.upgrade.report import Report
from docs.chromium import chromium

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests" / "node" / "node_modules" / "axe-core" / "axe.min.js"
SEARCHES = tomllib.loads(Path(__file__).with_name("searches.toml").read_text())
FIRST = """(() => {
  const link = host.shadowRoot.querySelector('a[role=option]');
  return link && new URL(link.href).searchParams.get('h') === %s ? link.href : '';
})()"""
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}
"""What axe looks at; only the colours differ in the dark."""
VIOLATIONS = """axe.run(document, %s).then(result => result.violations.map(
  each => each.id + ': ' + each.nodes.map(node => node.html.slice(0, 200)).join(' ')))"""


@pytest.fixture(scope="session")
def site():
    """The built site, as `make docs` builds it."""
    built = subprocess.run(
        [sys.executable, "-m", "scripts.site"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return SITE


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    """The colour scheme that somebody prefers."""
    return request.param


@pytest.fixture
def tab(tmp_path):
    """A browser that has never been on the site."""
    with chromium(tmp_path / "profile") as opened:
        yield opened


def kinds(site):
    """Return a page of each kind: the start page, one of each folder, the longest, and those with wide tables."""
    folders = sorted({page.parent for page in site.rglob("*.html")} - {site})
    firsts = [min(folder.glob("*.html")) for folder in folders if folder.name != "files"]
    named = [site / name for name in ("index.html", "reference/settings.html", "how-to/alerts.html")]
    return list(dict.fromkeys([*named, *firsts]))


def test_every_page_of_the_repository_is_in_the_navigation_and_has_its_markdown_beside_it(site):
    shown = {unquote(link).removeprefix("./") for link in html.read(site / "index.html").navigation}
    listed = (site / "llms.txt").read_text()
    for place in pages().values():
        assert place.replace(".md", ".html") in shown
        assert f"]({place})" in listed
        assert (site / place).is_file()


def test_the_markdown_of_an_example_has_the_example_itself(site):
    page = (site / "examples" / "hello_pod.md").read_text()
    assert (ROOT / "dags_examples" / "hello_pod.py").read_text().rstrip() in page


def test_nothing_of_a_page_comes_from_the_network(site):
    for page in site.rglob("*.html"):
        loaded = [link for link in html.read(page).loaded if urlsplit(link).netloc]
        assert loaded == [], page


def test_a_mark_of_markdown_in_the_text_is_found(tmp_path):
    """Markdown of the site wants four spaces where GitHub's takes two: a list would become a line, a fence its text."""
    items = ["one\n  - two", "one\n```sh", "1 - 2 = -1", "<code>\n- x</code>", "a\n1. b"]
    body = "".join(f"<p>{item}</p>" for item in items)
    (tmp_path / "page.html").write_text(f"<html><body><article>{body}</article><p>- no</p></body></html>")
    assert walk.marks_left(tmp_path) == ["page.html:   - two", "page.html: ```sh", "page.html: 1. b"]


def test_the_links_of_a_page_lead_from_its_place_to_where_they_led():
    text = "[a](docs/how-to/a.md#b) ![c](docs/c.png) [d](https://d.example) [e](#e) [f](LICENSE)"
    moved = "[a](how-to/a.md#b) ![c](c.png) [d](https://d.example) [e](#e) [f](files/LICENSE)"
    block = "\n\n```\n[g](docs/g.md)\n```\n"
    assert links.rewritten(f"{text}{block}", "README.md", "index.md", place_of) == f"{moved}{block}"
    assert links.rewritten("```python dag\nx = 1\n```", "README.md", "index.md", place_of) == "```python\nx = 1\n```"
    titled = '```python title="a b"\nx = 1\n```'
    assert links.rewritten(titled, "README.md", "index.md", place_of) == titled
    examples = links.rewritten(
        "[a](../../dags_examples/a.py) [b](../b.md)", "docs/how-to/c.md", "how-to/c.md", place_of
    )
    assert examples == "[a](../examples/a.md) [b](../b.md)"


def test_a_link_an_anchor_and_a_picture_that_lead_nowhere_are_found(tmp_path):
    (tmp_path / "there.html").write_text("<html><body><p id=here>text</p></body></html>")
    given = ["there.html", "there.html#here", "#top", "https://example.com", "gone.html", "there.html#gone", "#lost"]
    body = "".join(f'<a href="{link}">link</a>' for link in given) + '<img src="gone.png" id="top">'
    (tmp_path / "page.html").write_text(f"<html><body>{body}</body></html>")
    assert walk.dead_links(tmp_path) == [
        f"page.html: {link}" for link in ("gone.html", "there.html#gone", "#lost", "gone.png")
    ]


def test_a_public_name_without_words_is_found():
    code = """
class Bare:
    def method(self): ...

@dataclass
class Value:
    \"\"\"A value.

    Args:
        told: Described.
    \"\"\"
    told: str
    untold: str = ""

    def build(self): ...
"""
    with griffe.temporary_visited_module(f"from dataclasses import dataclass\n{code}") as module:
        assert api.undocumented("Bare", module["Bare"]) == ["Bare", "Bare.method"]
        assert api.undocumented("Value", module["Value"]) == ["Value.untold"]


@pytest.mark.parametrize(
    ("help_text", "option_help", "says"),
    [
        ("Say it.\n\nExample: say", None, "say: loud has no description"),
        ("Say it.", "Loudly.", "say has no example"),
        ("", "Loudly.", "say has no description"),
    ],
)
def test_a_command_and_an_option_without_words_are_found(help_text, option_help, says):
    app = typer.Typer()

    @app.command(help=help_text)
    def say(*, loud: bool = typer.Option(default=False, help=option_help)) -> None: ...

    with pytest.raises(UndocumentedError, match=f"^{says}$"):
        commands.described("say", typer.main.get_command(app))


def test_a_setting_without_words_is_found(monkeypatch):
    schema = settings_page.settings_schema()
    del schema["$defs"]["Gpu"]["properties"]["resource"]["description"]
    monkeypatch.setattr(settings_page, "settings_schema", lambda: schema)
    with pytest.raises(UndocumentedError, match=r"\[gpu\] resource has no description"):
        settings_page.pages()


def test_the_page_of_the_json_documents_has_each_field_that_a_command_writes(capsys):
    nothing = Named([], [], [])
    environment = Environment(Path("python"), "3.3.0")
    print(json_of_upgrade(Report(environment, environment), {}), end="\0")
    adopting.show([], [], nothing, [], as_json=True, dry_run=False)
    print(end="\0")
    eject._show([], nothing, [], as_json=True, dry_run=False)
    (page,) = formats.pages().values()
    for name, text in zip(("upgrade", "adopt", "eject"), capsys.readouterr().out.split("\0"), strict=True):
        section = page.partition(f"## `airflowkit {name} ")[2].partition("More about it")[0]
        assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == list(json.loads(text))


@pytest.mark.browser
def test_the_search_finds_the_right_page_first_from_a_folder_with_no_network(site, tab):
    assert len(SEARCHES) >= 20
    tab.open((site / "index.html").as_uri())
    tab.run("document.querySelector('button.md-search__button').click()")
    tab.wait_for("[...document.querySelectorAll('*')].some(each => window.host = each.shadowRoot && each)")
    assert {phrase: _first(tab, phrase) for phrase in SEARCHES} == SEARCHES


def _first(tab, phrase):
    """Type a phrase as a person would, and return the page of the first result."""
    tab.wait_for("!!host.shadowRoot.querySelector('input')")
    tab.run("(host.shadowRoot.querySelector('input').focus(), host.shadowRoot.querySelector('input').select())")
    tab.send("Input.insertText", text=phrase)
    address = urlsplit(tab.wait_for(FIRST % json.dumps(phrase), patience=20) or "")
    if not address.path:
        return "nothing"
    return Path(unquote(address.path)).relative_to(SITE).as_posix()


@pytest.mark.browser
@pytest.mark.node
def test_a_page_of_each_kind_can_be_read_by_everybody_and_on_a_phone(site, scheme, tab):
    axe = AXE.read_text()
    violations, wide = {}, {}
    for page in kinds(site):
        name = page.relative_to(SITE).as_posix()
        tab.show(width=1280, scheme=scheme)
        tab.open(page.as_uri())
        tab.run(f"{axe}; 0")
        violations[name] = tab.run(VIOLATIONS % json.dumps(RULES[scheme]))
        tab.show(width=400, scheme=scheme)
        wide[name] = tab.run("Math.max(document.documentElement.scrollWidth - 400, 0)")
    assert {name: found for name, found in violations.items() if found} == {}
    assert {name: pixels for name, pixels in wide.items() if pixels} == {}


def test_the_sources_of_the_site_are_not_part_of_the_repository(site):
    ignored = subprocess.run(
        ["git", "check-ignore", str(SITE), str(SOURCES)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert len(ignored.stdout.split()) == 2
