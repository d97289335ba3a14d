"""One side of an upgrade, as a process: parses a repository under the Airflow of its Python, and writes its state.

The other side's Python runs this very code, so that only Airflow differs.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from airflowkit.compare.state import Parser
from airflowkit.errors import AirflowKitError
from airflowkit.upgrade.document import written


def main() -> None:
    """Parse the repository that the arguments name; the last ones are the only files to parse, if there are any."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for its background
    root, at, target, *only = sys.argv[1:]
    os.chdir(root)  # findings have their paths from here
    try:
        with Parser(judged=True, at=datetime.fromisoformat(at)).opened(Path(root)) as opened:
            text = written(opened.state(set(only) if only else None))
    except AirflowKitError as error:
        text = json.dumps({"error": error.message, "hint": error.hint})
    Path(target).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
