"""One side of an upgrade, as a process: parses a repository under the Airflow of its Python, as often as it is asked.

The other side's Python runs this very code, so that only Airflow differs. A line of JSON on standard input says which
files to parse, with which content, and where to write the state; a line of standard output says that it is written.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from airflowkit.compare.state import Parser
from airflowkit.errors import AirflowKitError
from airflowkit.upgrade.document import written

if TYPE_CHECKING:
    from airflowkit.compare.state import Opened


def main() -> None:
    """Answer for the repository that the arguments name, until nothing more is asked."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for its background
    root, at = sys.argv[1:]
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    with Path(os.devnull).open() as nothing:  # what a DAG file reads is no request, and what it prints no answer
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    os.chdir(root)  # findings have their paths from here
    try:
        with Parser(judged=True, at=datetime.fromisoformat(at)).opened(Path(root)) as opened:
            for line in requests:
                _answer(json.loads(line), opened, answers)
    except AirflowKitError as error:
        answers.write(json.dumps({"error": error.message, "hint": error.hint}) + "\n")
        answers.flush()


def _answer(request: Any, opened: Opened, answers: TextIO) -> None:
    contents = {path: b64decode(content) for path, content in request["contents"].items()}
    state = opened.state(request["only"], contents)
    Path(request["target"]).write_text(written(state), encoding="utf-8")
    answers.write("{}\n")
    answers.flush()


if __name__ == "__main__":
    main()
