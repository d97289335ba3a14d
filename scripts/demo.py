"""`make demo`: from an empty folder to a pod that ran, and to the alert of one that failed.

Everything is written to `.demo/` in the checkout, which each demo begins by removing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
DEMO = ROOT / ".demo"
REPOSITORY = DEMO / "airflow-dags"
CARD = DEMO / "card.json"
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


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    arguments: tuple[str, ...]
    fails: bool = False


def airflowkit(step: Step, folder: Path, **environment: str) -> None:
    """Run one command as a user would type it, and end the demo where it ends otherwise than it should."""
    console.print(f"\n[bold]{step.title}[/]\n[dim]{folder.name} $[/] airflowkit {' '.join(step.arguments)}")
    result = subprocess.run([COMMAND, *step.arguments], cwd=folder, env=os.environ | environment, check=False)
    if result.returncode != (1 if step.fails else 0):
        sys.exit(f"make demo: airflowkit {step.arguments[0]} ended with status {result.returncode}")


def texts(node: object) -> Iterator[str]:
    """Yield a card's visible texts, in their order."""
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        if "title" in node and "value" in node:
            yield f"{node['title']}: {node['value']}"
        for key in ("attachments", "content", "body", "items", "inlines", "facts"):
            yield from texts(node.get(key))
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)


def main() -> None:
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    os.environ["AIRFLOW_HOME"] = str(DEMO / "airflow")
    for name in ("KUBECONFIG", "AIRFLOWKIT_CONFIG", "AIRFLOWKIT_PROFILE"):
        os.environ.pop(name, None)
    reports = [DEMO / "orders.json", DEMO / "failing.json"]

    airflowkit(Step("1. A git-sync repository", ("new-repo", REPOSITORY.name)), DEMO)
    airflowkit(Step("2. A DAG in it", ("new-dag", "orders_daily")), REPOSITORY)
    airflowkit(Step("3. Is it right?", ("check",)), REPOSITORY)
    run = ("run", "orders_daily", "--json", str(reports[0]))
    airflowkit(Step("4. Run it: no cluster, its pods on this computer", run), REPOSITORY)
    with Receiver() as teams:
        failing = ("run", "failing_with_alert", "--json", str(reports[1]))
        airflowkit(
            Step("5. A DAG whose pod fails, and the alert that Teams gets", failing, fails=True),
            ROOT / "dags_examples",
            AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL=json.dumps({"conn_type": "http", "password": teams.url}),
        )
    show_card(teams.cards)
    show_tasks(reports)


def show_card(cards: list[dict[str, Any]]) -> None:
    if len(cards) != 1:
        sys.exit(f"make demo: {len(cards)} cards arrived, not one")
    CARD.write_text(json.dumps(cards[0], indent=2, ensure_ascii=False))
    console.print(f"\nThe card, as it was posted: [bold]{CARD.relative_to(ROOT)}[/]")
    for text in texts(cards[0]):
        console.print(f"  [red]│[/] {text}", markup=True)


def show_tasks(reports: list[Path]) -> None:
    table = Table(title="Tasks of both runs", title_justify="left")
    for column in ("DAG", "task", "state", "seconds"):
        table.add_column(column, justify="right" if column == "seconds" else "left")
    for report in reports:
        run = json.loads(report.read_text())
        for task in run["tasks"]:
            colour = "green" if task["state"] == "success" else "red"
            table.add_row(run["dag_id"], task["task_id"], f"[{colour}]{task['state']}[/]", f"{task['seconds']:.1f}")
    console.print()
    console.print(table)


if __name__ == "__main__":
    main()
