"""An incident: more alerts than Teams takes. Each of them arrives or is reported as lost."""

from __future__ import annotations

import time
from threading import Lock, Thread

import pytest

from airflowkit import teams_failure
from alerts import contexts
from alerts.receiver import Receiver, Reply

pytestmark = pytest.mark.slow

ALERTS, SECONDS, A_SECOND = 300, 30.0, 4


class Limited(Receiver):
    """Takes four cards a second, as the old webhooks did; answers 429 to the others."""

    def __init__(self):
        super().__init__()
        self.taken = 0
        self._bucket, self._filled, self._counting = float(A_SECOND), time.monotonic(), Lock()

    def reply_to(self, request):
        super().reply_to(request)
        with self._counting:
            now = time.monotonic()
            self._bucket = min(A_SECOND, self._bucket + A_SECOND * (now - self._filled))
            self._filled = now
            if self._bucket < 1:
                return Reply(429, {"Retry-After": "1"})
            self._bucket -= 1
            self.taken += 1
            return Reply(202)


def test_of_three_hundred_alerts_in_thirty_seconds_none_is_lost_silently(connect, caplog, capsys):
    receiver = Limited()
    serving = Thread(target=receiver.server.serve_forever, args=(0.05,), daemon=True)
    serving.start()
    connect(receiver.url)
    context = contexts.in_worker()
    caplog.set_level("INFO", "airflowkit.alerts")
    callback = teams_failure()
    tasks, took = [], []

    def alert():
        started = time.monotonic()
        callback(context)
        took.append(time.monotonic() - started)

    for _ in range(ALERTS):
        tasks.append(Thread(target=alert))
        tasks[-1].start()
        time.sleep(SECONDS / ALERTS)
    for task in tasks:
        task.join()
    receiver.server.shutdown()
    receiver.server.server_close()

    said = [record.message for record in caplog.records if record.name == "airflowkit.alerts"]
    accepted = sum("Teams accepted the alert" in line for line in said)
    lost = sum("Teams alert LOST" in line for line in said)
    unsure = sum("may or may not have arrived" in line for line in said)
    with capsys.disabled():
        print(f"\n{ALERTS} alerts in {SECONDS:g} s: {accepted} arrived, {lost} reported as lost, ", end="")
        print(f"{len(receiver.requests)} requests, the longest callback {max(took):.1f} s")
    assert accepted <= receiver.taken <= accepted + unsure
    assert ALERTS <= accepted + lost <= ALERTS + unsure
    assert accepted > SECONDS * A_SECOND * 0.9
    assert max(took) < 15  # 10, and what a busy machine takes
