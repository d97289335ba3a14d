"""Writes docs/checks.md from the rules' pages and example files; `--check` only says whether it is current."""

from __future__ import annotations

import sys
from pathlib import Path

from airflowkit.checks.fixes.signs import FIXABLE
from airflowkit.checks.rules import RULES

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "checks.md"
CASES = ROOT / "tests" / "checks" / "cases"
HEAD = """\
# The rules of `airflowkit check`

`airflowkit check` imports each DAG file in a worker process, with no database, cluster or network, and judges what it
finds by {number} rules. `airflowkit explain AK401` prints one of the pages below. Ruff's `AIR` rules judge source text
and are a good companion: these rules judge the DAGs themselves.

- **Where**: without a PATH, the repository's DAG folder, from anywhere in the repository: what `[check] dags_folder`
  names, else `AIRFLOW__CORE__DAGS_FOLDER` if it lies in the repository, else `dags`. Of a file or a part of the
  folder, only what stands there is told.
- **Choose**: `select`, `ignore` (with a reason), `severity` and `per_path` in `[check]` of `airflowkit.toml`, or in
  `[tool.airflowkit.check]` of `pyproject.toml`. On the command line `--select AK4,AK501` replaces `select`, and
  `--ignore AK406` adds to `ignore`. The beginning of a code means all rules of that kind: `AK4` those about pods.
- **Ignore one place**: `# airflowkit: ignore[AK402, AK403] built by hand until March` at any line of a statement, or
  on a line of its own before it. Of a statement with a body, such as `with DAG(...)`, it covers the header with its
  decorators; `ignore-file[...]` covers the whole file. Without a reason nothing is ignored, and what is ignored in
  vain is found.
- **Mend**: `airflowkit check --fix` mends what is mechanical, in {fixable} rules, and `--diff` shows it first. DAG
  files are parsed before and after, and what the DAG processor writes, each task's arguments and each pod's manifest
  are compared: a mend after which they would not be the same is left out. Zip archives and files that cannot be
  imported are left as they are, and so is what a comment, the settings or the baseline accept.
- **Old repositories**: `airflowkit check --write-baseline` accepts the findings of today, in
  `airflowkit-baseline.json` at the repository's root. Later checks say how many of its entries are no longer found;
  writing it anew drops them. A check of some files or rules leaves the entries of the others alone.
- **Reports**: `--format text`, `json`, `junit`, `sarif`, `github`, `markdown`. Those for people (`text`, `github`,
  `markdown`) tell once what many tasks of a file have in common; the others hold each finding. GitHub shows ten
  errors, ten warnings and ten notices of a step as annotations, and drops the others: for more, hand `sarif` to code
  scanning, or append `markdown` to `$GITHUB_STEP_SUMMARY`.
- **Cost**: each file is parsed twice, in two processes; `--once` leaves out the two rules that need it. Files that did
  not change are not parsed again.
- **What it cannot know**: values that a DAG file takes from the environment, other than `AIRFLOW*`, do not make a file
  count as changed; use `--no-cache` then.

On DAGs that nobody here wrote, the examples that come with Airflow 3.3 and with its standard provider (74 files, 115
DAGs), all findings but two are true: 64 scheduled DAGs tell nobody when they fail, 7 files build no DAG, 5 sensors hold
a worker slot for up to seven days, a sensor waits for a task group that does not exist, and a task starts a DAG of the
other folder, which each folder by itself does not have. The two false alarms are AK218, on DAGs whose timetables come
from plugins that Airflow registers only when it loads these examples itself.

| code | name | severity | |
|---|---|---|---|
"""


def main() -> int:
    """Write the page, or compare it."""
    page = rendered()
    if "--check" in sys.argv:
        current = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page
        print("docs/checks.md is current" if current else "docs/checks.md is old: run scripts/rules.py")
        return 0 if current else 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


def rendered() -> str:
    """Return the whole page."""
    rows = [f"| [{it.code}](#{it.code.lower()}-{it.name}) | {it.name} | {it.severity} | {it.title} |" for it in RULES]
    pages = [f"## {it.code} {it.name}\n\n{it.page.replace('## ', '### ')}\n\n{examples(it.code)}" for it in RULES]
    return HEAD.format(number=len(RULES), fixable=len(FIXABLE)) + "\n".join(rows) + "\n\n" + "\n".join(pages)


def examples(code: str) -> str:
    """Return a rule's bad and good example."""
    return "".join(
        f"{label}:\n\n{''.join(block(file, folder) for file, folder in files(CASES / code, kind))}"
        for kind, label in (("bad", "Bad"), ("good", "Good"))
    )


def files(case: Path, kind: str) -> list[tuple[Path, Path]]:
    """Return the example's files, each with the folder that its name is shown from."""
    single = case / f"{kind}.py"
    if single.is_file():
        return [(single, case)]
    folder = case / kind
    shown = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return [(path, folder) for path in shown if path.stat().st_size and path.suffix != ".csv"]


def block(file: Path, folder: Path) -> str:
    """Return one file as a block of code."""
    language = {".py": "python", ".toml": "toml"}.get(file.suffix, "text")
    name = "" if file.parent == folder and file.stem in {"bad", "good"} else f"`{file.relative_to(folder)}`\n\n"
    return f"{name}```{language}\n{file.read_text(encoding='utf-8').rstrip()}\n```\n\n"


if __name__ == "__main__":
    sys.exit(main())
