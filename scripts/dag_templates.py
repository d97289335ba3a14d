"""Writes docs/how-to/new-dag.md: its words are in scripts/pages, each template's are in its own description."""

from __future__ import annotations

from pathlib import Path

from airflowkit.scaffold.dag_templates.catalogue import built_in

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "how-to" / "new-dag.md"
WORDS = ROOT / "scripts" / "pages" / "new-dag.md"


def page() -> str:
    """Return the page's text."""
    templates = built_in()
    sections = []
    for name in templates.folders:
        template = templates.template(name)
        files = "".join(f", `{place.replace('[[ dag.name ]]', 'NAME')}`" for place in template.files.values())
        lines = [f"### `{name}`", "", f"{template.title[:1].upper()}{template.title[1:]}.", "", template.page, ""]
        lines += [f"Writes `dags/NAME.py`{files}.", ""]
        lines += [
            f"- `--set {it.name}=…`, `{it.default}` by default. {it.help}" for it in template.options if it.default
        ]
        lines += [f"- `--{it.name}`. {it.help}" for it in template.options if not it.default]
        sections.append("\n".join(lines).rstrip() + "\n")
    return WORDS.read_text(encoding="utf-8").replace("TEMPLATES\n", "\n".join(sections) + "\n", 1)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
