"""What an object holds is one text, whatever its address and the order of its sets."""

import os
import subprocess
import sys

PROGRAM = """
from functools import partial
from airflowkit.checks.workers.instances import held

class Part:
    def __init__(self):
        self.words, self.itself, self.other = set("abcdef"), self, {object(): 1}

print(held([Part(), partial(print, frozenset("xyz")), {"k": {"a", "b"}}, Part().__init__]))
"""


def test_two_processes_write_the_same_object_alike():
    texts = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        for seed in ("1", "7")
    }
    (text,) = texts
    assert "frozenset['x', 'y', 'z']" in text
