"""The site as plain text: each page's Markdown beside it, and llms.txt, which lists them (https://llmstxt.org)."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from scripts.site import html
from scripts.site.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_SNIPPET: Final = re.compile(r'^--8<-- "(.+)"$', re.MULTILINE)
HEAD: Final = """\
# airflowkit

> A Python library and a command for teams that run Apache Airflow on Kubernetes and keep their DAGs in git: checked
> KubernetesPodOperator tasks, alerts in Microsoft Teams, rules for DAG files, and local runs that need no cluster.

Each page of the site is here as Markdown.
"""


def write(site: Path, sources: Path) -> None:
    """Write the Markdown and llms.txt, in the order of the navigation."""
    links = html.read(site / "index.html").navigation
    places = list(dict.fromkeys(str(PurePosixPath(link).with_suffix(".md")) for link in links))
    for place in places:
        source = (sources / place).read_text(encoding="utf-8")
        text = _SNIPPET.sub(lambda found: (ROOT / found[1]).read_text(encoding="utf-8").rstrip(), source)
        (site / place).write_text(text, encoding="utf-8")
    sections = groupby(places, lambda place: str(PurePosixPath(place).parent))
    titled = ((_name(name, first=not place), list(within)) for place, (name, within) in enumerate(sections))
    text = "".join(_section(title, [(place, site / place) for place in within]) for title, within in titled)
    (site / "llms.txt").write_text(HEAD + text, encoding="utf-8")


def _name(folder: str, *, first: bool) -> str:
    if folder == ".":
        return "Start" if first else "Project"
    return "How-to" if folder == "how-to" else folder.replace("/", ": ").capitalize()


def _section(title: str, pages: list[tuple[str, Path]]) -> str:
    lines = "".join(f"- [{_title(path)}]({place})\n" for place, path in pages)
    return f"\n## {title}\n\n{lines}"


def _title(page: Path) -> str:
    first = next(line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
    return first.removeprefix("# ").replace("`", "")
