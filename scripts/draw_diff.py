"""Draws what `airflowkit diff --format markdown` writes under a pull request, as GitHub lays it out.

python scripts/draw_diff.py    (needs `make node`)

The repository is one of `new-repo`; its last commit changes a schedule, an image, a Secret and the memory of a pod.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from screenshot import screenshot

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
MARKDOWN = ROOT / "src" / "airflowkit" / "alerts" / "teams" / "renderer" / "markdown-it.min.js"
COMMAND = str(Path(sys.executable).with_name("airflowkit"))
BEFORE = """\
from datetime import datetime

from airflow.sdk import DAG

from airflowkit import Resources, SecretEnv, dag_args, default_args, pod_task, teams_failure

with DAG(
    "orders_daily",
    schedule="0 5 * * *",
    start_date=datetime(2026, 1, 1),
    default_args=default_args("standard", owner="data-eng"),
    on_failure_callback=teams_failure(),
    tags=["orders"],
    **dag_args("standard"),
) as dag:
    extract = pod_task("extract", image="registry.example.com/orders:1.4.2", cmds=["extract"])
    load = pod_task(
        "load",
        image="registry.example.com/orders:1.4.2",
        cmds=["load"],
        resources=Resources(cpu="500m", memory="1Gi"),
        secrets=[SecretEnv("DB_PASSWORD", secret="orders-db", key="password")],
    )
    extract >> load
"""
CHANGES = {
    "0 5 * * *": "0 6 * * *",
    'orders:1.4.2", cmds=["extract"]': 'orders:1.5.0", cmds=["extract"]',
    'orders:1.4.2",\n        cmds': 'orders:1.5.0",\n        cmds',
    'memory="1Gi"': 'memory="2Gi"',
    'secret="orders-db"': 'secret="orders-warehouse"',
}
PAGE = """\
<!DOCTYPE html><meta charset="utf-8"><style>
  * { box-sizing: border-box }
  body { margin: 0; display: grid; grid-template-columns: 1fr 1fr; font: 14px/1.5 "Segoe UI", system-ui, sans-serif }
  .side { padding: 20px; min-height: 100vh; background: var(--page); color: var(--text) }
  .light { --page: #fff; --text: #1f2328; --line: #d1d9e0; --soft: #f6f8fa; --mild: #59636e }
  .dark { --page: #0d1117; --text: #f0f6fc; --line: #3d444d; --soft: #151b23; --mild: #9198a1 }
  .comment { border: 1px solid var(--line); border-radius: 6px }
  .head { background: var(--soft); border-bottom: 1px solid var(--line); padding: 8px 16px; color: var(--mild) }
  .head b { color: var(--text) }
  .body { padding: 4px 16px 12px; overflow-wrap: anywhere }
  h2, h3 { border-bottom: 1px solid var(--line); padding-bottom: 6px } h2 { font-size: 20px } h3 { font-size: 17px }
  code { background: var(--soft); padding: 2px 5px; border-radius: 6px; font-size: 85% }
  pre { background: var(--soft); padding: 12px; border-radius: 6px; overflow: hidden; white-space: pre-wrap }
  pre code { padding: 0 }
  .added { background: #2da44e33 } .gone { background: #cf222e33 } .added, .gone { display: block }
  .changed { color: #953800 } .dark .changed { color: #f0883e }
  table { border-collapse: collapse } th, td { border: 1px solid var(--line); padding: 4px 10px }
</style>
<div class="side light"></div><div class="side dark"></div>
<script>SCRIPT</script>
<script>
const html = window.markdownit({ html: true }).render(TEXT);
for (const side of document.querySelectorAll(".side")) {
  side.innerHTML = '<div class="comment"><div class="head"><b>github-actions</b> bot commented</div><div class="body">'
    + html + "</div></div>";
  for (const code of side.querySelectorAll("code.language-diff")) {
    code.innerHTML = code.innerHTML.split("\\n").map((line) => {
      const kind = { "+": "added", "-": "gone", "!": "changed" }[line[0]];
      const end = line[0] === "!" ? "\\n" : "";
      return kind ? `<span class="${kind}">${line}</span>${end}` : line + "\\n";
    }).join("");
  }
}
</script>
"""


def run(*command: str, folder: Path, home: Path) -> str:
    """Run a command of somebody whom git knows."""
    names = {f"GIT_{role}_{what}": "ann@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = os.environ | names | {"HOME": str(home)}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


def markdown(scratch: Path) -> str:
    """Return the comment under a pull request."""
    repository = scratch / "airflow-dags"

    def git(*words: str) -> None:
        run("git", *words, folder=repository, home=scratch)

    run(COMMAND, "new-repo", repository.name, "--defaults", folder=scratch, home=scratch)
    dag = repository / "dags" / "orders_daily.py"
    text = BEFORE
    dag.write_text(text, encoding="utf-8")
    git("add", ".")
    git("commit", "--quiet", "--message", "Load the orders")
    for before, after in CHANGES.items():
        text = text.replace(before, after)
    dag.write_text(text, encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "Read from the warehouse")
    return run(COMMAND, "diff", "HEAD~1...HEAD", "--format", "markdown", folder=repository, home=scratch)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = markdown(Path(folder))
        page = Path(folder) / "comment.html"
        script = MARKDOWN.read_text(encoding="utf-8")
        page.write_text(PAGE.replace("TEXT", json.dumps(text)).replace("SCRIPT", script), encoding="utf-8")
        screenshot(page.as_uri(), IMAGES / "diff-in-a-pull-request.png", width=1400, height=650)


if __name__ == "__main__":
    main()
