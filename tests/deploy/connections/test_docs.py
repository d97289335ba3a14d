"""The files of docs/how-to/connections.md are read as the page says."""

from __future__ import annotations

import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from airflowkit.deploy.connections.definitions import connections_of, users_of
from airflowkit.deploy.connections.reading import read_document

PAGE = Path(__file__).parents[3] / "docs/how-to/connections.md"


def test_the_files_of_the_page_are_valid(tmp_path, monkeypatch):
    monkeypatch.setenv("AZURE_STORAGE_KEY", "k")
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    (tmp_path / "deploy_key").write_bytes(key)
    asked = []
    for number, text in enumerate(re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)):
        (tmp_path / f"{number}.yaml").write_text(text)

    def ask(question):
        asked.append(question)
        return "answer"

    connections = connections_of(read_document(tmp_path / "0.yaml", ask), "0.yaml")
    users = users_of(read_document(tmp_path / "1.yaml", ask), "1.yaml")
    assert asked == ["URL of the Teams workflow", "Joe's password"]
    assert [each.conn_id for each in connections][-1] == "orders_api"
    assert [user.password.text() == "answer" for user in users] == [False, True]
