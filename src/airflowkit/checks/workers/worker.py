"""The processes that import DAG files: the fork server, which imports Airflow, and the workers forked from it.

The parent never imports Airflow. It starts `python -m airflowkit.checks.workers.worker SOCKET MODULE...` and has it
forked. A worker takes one file after the other until the parent hangs up, or until a file ends it.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit import _airflow
from airflowkit.checks.importing import lookups, tampering, watch
from airflowkit.checks.importing.memory import MIB, limit_memory, resident_bytes
from airflowkit.checks.model.facts import FailureKind, FileFacts
from airflowkit.checks.workers.judging import judge
from airflowkit.checks.workers.messages import Answer
from airflowkit.checks.workers.output import Output
from airflowkit.fork_server.child import connected, serve
from airflowkit.fork_server.lifetime import adopt_orphans, end_children
from airflowkit.processor.environment import DAGS_FOLDER, extend_import_path
from airflowkit.settings import forget_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

GROWTH: Final = 150 * MIB
"""A worker that has grown by more than this is replaced, so that memory stays flat over any number of files."""
OBJECTS: Final = 20_000
"""New objects before Python looks for garbage: a DAG file makes thousands, which all live until the next file."""


def main() -> None:
    """Import Airflow and the modules that are named, then fork workers until the parent hangs up."""
    pool = connected()
    adopt_orphans()
    gc.disable()  # imports make many objects and hardly any garbage: looking for it takes a tenth of their time
    _preload(sys.argv[2:])
    gc.freeze()  # what is loaded by now stays shared with the workers, and no collection looks at it
    gc.set_threshold(OBJECTS)
    gc.enable()
    try:
        serve(pool, _work)
    finally:
        end_children()
    os._exit(0)  # taking Airflow apart, module by module, takes longer than importing a hundred DAG files


def _preload(modules: Iterable[str]) -> None:
    logging.disable(logging.CRITICAL)
    with suppress(Exception):  # as below; by now, no folder of the repository can be taken for Airflow
        import_module("airflow")
    _enter_repository()
    for module in ("airflow.sdk", "airflow.utils.file", *modules):
        with suppress(Exception):  # importing the DAG file will say why
            import_module(module)
    _share_configuration()
    lookups.install()
    watch.install()
    tampering.install()


def _enter_repository() -> None:
    """Import from where the DAG processor does; the pool names the DAG folder, if there is one for all files."""
    if folder := os.environ.get(DAGS_FOLDER):
        extend_import_path(Path(folder))


def _share_configuration() -> None:
    """Have objects share what they read from a configuration: making one each takes a tenth of a file's time."""
    if "airflow.serialization.serialized_objects" in sys.modules:
        _airflow.share_serialization_options()
    client = sys.modules.get("kubernetes.client")  # absent if no DAG file has pods
    if client:
        from airflowkit.pods.schema.models import SharedConfiguration  # noqa: PLC0415  it imports the client

        client.Configuration.set_default(SharedConfiguration())


def _work(_request: bytes, descriptor: int) -> int:
    """Check one file after the other, as they come over a connection."""
    forget_settings()  # the fork server may have read them long ago
    channel = Connection(descriptor)
    pid = os.getpid()
    output = Output()
    most = resident_bytes() + GROWTH
    with suppress(EOFError):
        while True:
            job = channel.recv()
            limit_memory(job.options.memory_limit * MIB)
            facts = judge(job)
            if os.getpid() != pid:
                os._exit(0)  # the file forked at its top level: this is its child
            facts = output.taken_from(facts)
            last = job.tolerant or _is_contaminated(facts) or resident_bytes() > most
            channel.send_bytes(Answer(facts, last=last).as_bytes())
            if last:
                break
    return 0


def _is_contaminated(facts: FileFacts) -> bool:
    """Return whether the file may have left the process in a state that harms the next one."""
    return (
        bool(facts.modules or facts.patches)
        or any(finding.failed for finding in facts.findings)
        or threading.active_count() > 1
        or (facts.failure is not None and facts.failure.kind is not FailureKind.EXCEPTION)
    )


if __name__ == "__main__":
    main()
