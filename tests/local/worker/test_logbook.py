"""What is said of the pods of a run, under the names that the run shows."""

from __future__ import annotations

from airflowkit.local.apiserver.store import Pod
from airflowkit.local.process.events import Notice
from airflowkit.local.worker.logbook import LogBook


def pod(*, try_number, map_index=-1):
    labels = {"dag_id": "orders", "task_id": "load", "try_number": str(try_number), "map_index": str(map_index)}
    manifest = {"metadata": {"name": f"load-{map_index}-{try_number}", "labels": labels}, "spec": {"containers": []}}
    return Pod(manifest, "default")


def test_what_each_try_waits_for_is_said_once_for_each_index():
    events = []
    book = LogBook(events.append)
    for index in (0, 1):
        for number in (1, 2, 3):
            book.warn(pod(try_number=number, map_index=index), 'secret "orders-db" not found')
    assert events == [Notice(f'load[{index}]: secret "orders-db" not found') for index in (0, 1)]
