"""Why uv cannot make an environment, said by a real uv, is told with what to do; nothing half made is left."""

import shutil
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from airflowkit.errors import UpgradeError
from airflowkit.upgrade.making import cache_folder, made
from airflowkit.upgrade.refusals import explained

UV = Path(sys.executable).with_name("uv").is_file() or shutil.which("uv")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


class Nothing(BaseHTTPRequestHandler):
    """Has no file, and says so."""

    def do_GET(self):
        self.send_error(404)

    def do_HEAD(self):
        self.send_error(404)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def address():
    with ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def refused(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")

    def refusal(constraints):
        with pytest.raises(UpgradeError) as caught:
            made("3.99.0", tmp_path, constraints, lambda _text: None)
        assert not cache_folder().exists() or not [*cache_folder().iterdir()]
        return caught.value

    return refusal


@pytest.mark.skipif(not UV, reason="no uv")
def test_constraints_that_do_not_exist_are_told_with_where_the_versions_are(refused, address):
    error = refused(f"{address}/constraints-3.99.0.txt")
    assert error.message == (
        f"there are no constraints for Airflow 3.99.0 and Python {PYTHON} at {address}/constraints-3.99.0.txt"
    )
    assert "lists the versions" in error.hint


@pytest.mark.skipif(not UV, reason="no uv")
def test_constraints_that_cannot_be_reached_are_told_with_how_to_do_without_a_network(refused):
    error = refused("http://127.0.0.1:9/constraints.txt")
    assert error.message == (
        "the constraints of Airflow 3.99.0 cannot be reached from here: http://127.0.0.1:9/constraints.txt"
    )
    assert "--constraints FILE" in error.hint


def test_a_file_of_constraints_that_is_not_there_is_told_before_anything_is_made(refused):
    assert refused("no/constraints.txt").message == "there is no file no/constraints.txt"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            "Because there is no version of apache-airflow==3.99.0, your requirements are unsatisfiable.",
            "the package index has no Airflow 3.99.0 for Python 3.12",
        ),
        (
            "Because you require pandas==1.0 and pandas==2.1.4, your requirements are unsatisfiable.",
            "Airflow 3.99.0 conflicts with what requirements.txt and the constraints ask for",
        ),
        (
            "error: Request failed after 3 retries\n  cause: Failed to fetch: `https://index.example.com/simple/pandas/`",
            "the package index cannot be reached from here",
        ),
        ("error: No space left on device", "uv cannot make the environment, as it says above"),
    ],
)
def test_what_else_uv_says_is_told_in_a_line_with_a_way_out(said, message):
    error = explained(said, "3.99.0", "3.12", "constraints.txt")
    assert error.message == message
    assert "--python PATH" in error.hint
