"""The processes that import DAG files: one that loads Airflow, and workers that it forks.

The parent never imports Airflow. It starts `python -m airflowkit.checks.workers.worker`, the zygote, which imports
Airflow once and then forks a worker whenever the parent asks for one. A worker takes one file after the other
until the parent hangs up, or until a file ends it.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from typing import Final

from airflowkit.checks.importing import tampering, watch
from airflowkit.checks.importing.memory import MIB, limit_memory, resident_bytes
from airflowkit.checks.model.facts import FailureKind, FileFacts
from airflowkit.checks.offspring import adopt_orphans, end_children
from airflowkit.checks.workers.judging import judge
from airflowkit.checks.workers.messages import FORK, Answer
from airflowkit.checks.workers.output import Output

GROWTH: Final = 150 * MIB
"""A worker that grew by more than this is replaced, so that memory stays flat over any number of files."""
OBJECTS: Final = 20_000
"""New objects until Python looks for garbage: a DAG file makes thousands, which all live until the next file."""


def main() -> None:
    """Import Airflow, then fork a worker at each request, until the parent hangs up."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # which the parent held back for its own sake
    control = Connection(int(sys.argv[1]))
    adopt_orphans()
    gc.disable()  # imports make many objects and hardly any garbage: to look for it takes a tenth of their time
    _preload(control.recv())
    gc.freeze()  # what is loaded by now stays shared with the workers, and no collection looks at it
    gc.set_threshold(OBJECTS)
    gc.enable()
    control.send(True)
    with suppress(EOFError, OSError):  # the latter where an interrupt keeps the parent from hearing the last answer
        while True:
            _serve(control)
    end_children()
    os._exit(0)  # to take Airflow apart, module by module, takes longer than to import a hundred DAG files


def _serve(control: Connection) -> None:
    """Fork a worker on the connection that the parent hands over, or wait for one that died."""
    request = control.recv()
    if request != FORK:
        control.send(_exit_status(request))
        return
    channel = Connection(recv_handle(control))
    pid = os.fork()
    if pid == 0:
        control.close()
        try:
            _work(channel)
            os._exit(0)
        finally:
            os._exit(1)  # without the exit handlers of what the DAG files imported, whatever they left behind
    channel.close()
    control.send(pid)


def _exit_status(pid: int) -> int:
    """End what is left of a worker and return its exit code; negative for the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _preload(modules: tuple[str, ...]) -> None:
    logging.disable(logging.CRITICAL)
    for module in ("airflow.sdk", "airflow.utils.file", *modules):
        with suppress(Exception):  # it is the DAG file's import that tells why
            import_module(module)
    _share_configuration()
    watch.install()
    tampering.install()


def _share_configuration() -> None:
    """Have the Kubernetes client's objects share one configuration: to make one each is a tenth of a file's time."""
    client = sys.modules.get("kubernetes.client")  # absent where no DAG file asks for pods
    if client:
        from airflowkit.pods.schema.models import SharedConfiguration  # noqa: PLC0415  it imports the client

        client.Configuration.set_default(SharedConfiguration())


def _work(channel: Connection) -> None:
    """Check one file after the other."""
    pid = os.getpid()
    os.setsid()  # so that the parent ends a worker together with all that its files started
    output = Output()
    most = resident_bytes() + GROWTH
    with suppress(EOFError):
        while True:
            job = channel.recv()
            limit_memory(job.options.memory_limit * MIB)
            facts = judge(job)
            if os.getpid() != pid:
                os._exit(0)  # the file forked at the top level: this is its child
            facts = output.taken_from(facts)
            last = _is_contaminated(facts) or resident_bytes() > most
            channel.send_bytes(Answer(facts, last=last).as_bytes())
            if last:
                return


def _is_contaminated(facts: FileFacts) -> bool:
    """Return whether the file may have left the process in a state that harms the next one."""
    return (
        bool(facts.modules or facts.patches)
        or threading.active_count() > 1
        or (facts.failure is not None and facts.failure.kind is not FailureKind.EXCEPTION)
    )


if __name__ == "__main__":
    main()
