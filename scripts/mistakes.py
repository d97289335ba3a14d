"""Writes docs/reference/mistakes.md from the corpus of mistakes.

With `--check` it only says whether the page is current.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference" / "mistakes.md"
OUTCOMES = {
    "parse": "refused when the file is read",
    "run": "an error when the task runs",
    "server": "refused by the API server when the task runs",
    "nowhere": "accepted",
}
HEAD = """\
# Mistakes, and what happens to them

Written by `scripts/mistakes.py` from `tests/pods/corpus`, which is what the tests run. Each mistake is one call:
with the plain `KubernetesPodOperator` (provider 10.25, Kubernetes 1.35), and with `pod_task`.

| noticed before a task runs | mistakes |
|---|---|
| `KubernetesPodOperator` | {raw} of {all} |
| `KubernetesPodOperator`, with `airflowkit check` | {all} of {all} |
| `pod_task` | {all} of {all}: {refused} refused, {fixed} made right |

| argument | `KubernetesPodOperator` | `pod_task` |
|---|---|---|
"""


def page() -> str:
    """Return the page's text."""
    entries = [
        tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("tests/pods/corpus/*.toml"))
    ]
    refused = sum(entry["airflowkit"] == "refused" for entry in entries)
    raw = sum(entry["raw"] == "parse" for entry in entries)
    head = HEAD.format(all=len(entries), raw=raw, refused=refused, fixed=len(entries) - refused)
    return head + "".join(map(_row, entries))


def _row(entry: dict[str, str]) -> str:
    outcome = OUTCOMES[entry["raw"]] + (f": {entry['effect']}" if "effect" in entry else "")
    ours = f"refused at `{entry['field']}`" if entry["airflowkit"] == "refused" else entry["airflowkit"]
    call = entry["call"].replace("|", "\\|")
    return f"| `{call}` | {outcome} | {ours} |\n"


def main() -> int:
    """Write the page, or compare it."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/reference/mistakes.md is not current: run python scripts/mistakes.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
