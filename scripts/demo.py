"""`make demo`: from an empty folder to a pod that ran, and to the alert of one that failed.

Everything is written to `.demo/` in the checkout, which each demo begins by removing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DEMO = ROOT / ".demo"
REPOSITORY = DEMO / "airflow-dags"
CARD = DEMO / "card.json"
EXAMPLES = ROOT / "dags_examples"
COMMAND = Path(sys.executable).with_name("airflowkit")

console = Console(highlight=False)


class Receiver:
    """What Teams is in earnest: takes a card by HTTP on loopback and answers 202."""

    def __init__(self) -> None:
        self.cards: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/workflows/demo?sig=demo"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        cards = self.cards

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                cards.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(202)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def airflowkit(title: str, folder: Path, *arguments: str, status: int = 0) -> None:
    """Run one command as a user would type it, and end the demo where it ends otherwise than it should."""
    console.print(f"\n[bold]{title}[/]\n[dim]{folder.name} $[/] airflowkit {' '.join(arguments)}", soft_wrap=True)
    result = subprocess.run([COMMAND, *arguments], cwd=folder, check=False)
    if result.returncode != status:
        sys.exit(f"make demo: airflowkit {arguments[0]} ended with status {result.returncode}")


def run(title: str, folder: Path, dag_id: str, *, status: int = 0) -> dict[str, Any]:
    """Run a DAG and return the report of it."""
    report = DEMO / f"{dag_id}.json"
    airflowkit(title, folder, "run", dag_id, "--json", os.path.relpath(report, folder), status=status)
    return dict(json.loads(report.read_text()))


def texts(node: object) -> Iterator[str]:
    """Yield a card's visible lines, in their order."""
    if isinstance(node, dict):
        if "inlines" in node:
            yield "".join(run["text"] for run in node["inlines"])
        elif isinstance(node.get("text"), str):
            yield re.sub("</?at>", "", node["text"])
        if "columns" in node:
            yield ": ".join(line for column in node["columns"] for line in texts(column))
        for key in ("attachments", "content", "body", "items"):
            yield from texts(node.get(key))
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)


def main() -> None:
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    os.environ["AIRFLOW_HOME"] = str(DEMO / "airflow")
    os.environ.setdefault("AIRFLOWKIT_RUNTIME", "process")  # the demo needs no registry
    for name in ("KUBECONFIG", "AIRFLOWKIT_CONFIG", "AIRFLOWKIT_PROFILE"):
        os.environ.pop(name, None)

    airflowkit("1. A git-sync repository", DEMO, "new-repo", REPOSITORY.name)
    airflowkit("2. A DAG in it", REPOSITORY, "new-dag", "orders_daily")
    airflowkit("3. Is it right?", REPOSITORY, "check")
    good = run("4. Run it: no cluster, its pods on this computer", REPOSITORY, "orders_daily")
    with Receiver() as teams:
        connection = {"conn_type": "http", "password": teams.url}
        os.environ["AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL"] = json.dumps(connection)
        os.environ["AIRFLOW__API__BASE_URL"] = "https://airflow.example.com"  # where the card's links lead
        title = "5. A DAG whose pod fails, and the alert that Teams gets"
        failed = run(title, EXAMPLES, "failing_with_alert", status=1)
    show_card(teams.cards)
    show_tasks(good, failed)


def show_card(cards: list[dict[str, Any]]) -> None:
    if len(cards) != 1:
        sys.exit(f"make demo: {len(cards)} cards arrived, not one")
    CARD.write_text(json.dumps(cards[0], indent=2, ensure_ascii=False))
    text = Text("\n".join(texts(cards[0])))
    console.print()
    console.print(Panel(text, title="What Teams shows", title_align="left", border_style="red"))
    console.print(f"The card as it was posted: [bold]{CARD.relative_to(ROOT)}[/]")


def show_tasks(*runs: dict[str, Any]) -> None:
    table = Table(title="Tasks of both runs", title_justify="left")
    for column in ("DAG", "task", "state", "seconds"):
        table.add_column(column, justify="right" if column == "seconds" else "left")
    for each in runs:
        for task in each["tasks"]:
            colour = "green" if task["state"] == "success" else "red"
            table.add_row(each["dag_id"], task["task_id"], f"[{colour}]{task['state']}[/]", f"{task['duration']:.1f}")
    console.print()
    console.print(table)


if __name__ == "__main__":
    main()
