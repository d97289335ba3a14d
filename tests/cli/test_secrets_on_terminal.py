"""`airflowkit secrets` on a real terminal."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from cli.secret_commands import KEYS, PLANTED, URL, Session, written


def test_a_terminal_asks_explains_and_shows_nothing_of_what_is_typed(deployment):
    session = Session("--output", "deploy/secrets.yaml", cwd=deployment)
    session.expect("postgresql://USER:PASSWORD@HOST:5432/NAME?sslmode=require")
    session.expect("parts): ")
    session.send(URL.replace("@db", "@@db") + "\r")
    session.expect("It ")
    session.expect("encode")
    session.expect("parts): ")
    session.send("x\x7f" + URL + "\r")
    session.expect("Enter generates one): ")
    session.send("\r")
    assert session.end() == 0
    found = written(deployment / "deploy/secrets.yaml")
    assert found["airflow-metadata"]["connection"] == URL
    assert Fernet(found["airflow-fernet-key"]["fernet-key"])


def test_the_parts_of_a_url_are_asked_for_and_encoded(deployment):
    session = Session("--output", "deploy/secrets.yaml", cwd=deployment)
    session.expect("parts): ")
    session.send("\r")
    for label, answer in {
        "host": "db.example.com",
        "port": "",
        "name": "",
        "user": "",
        "password": f"{PLANTED}@/%",
    }.items():
        session.expect(label)
        session.expect(": ")
        session.send(answer + "\r")
    session.expect("sslmode")
    session.send("\r")
    session.expect("Enter generates one): ")
    session.send("\r")
    assert session.end() == 0
    found = written(deployment / "deploy/secrets.yaml")["airflow-metadata"]["connection"]
    assert found == f"postgresql://airflow:{PLANTED}%40%2F%25@db.example.com:5432/airflow?sslmode=require"


def test_a_paste_of_several_lines_answers_no_other_question_and_a_long_one_is_whole(deployment):
    session = Session("--output", "deploy/secrets.yaml", cwd=deployment)
    session.expect("parts): ")
    session.send(f"{URL}\r{PLANTED}\r{PLANTED}\r")
    session.expect("several lines")
    session.expect("parts): ")
    long = URL + "&application_name=" + "x" * 9000
    session.send(long + "\r")
    session.expect("Enter generates one): ")
    session.send("\r")
    assert session.end() == 0
    assert written(deployment / "deploy/secrets.yaml")["airflow-metadata"]["connection"] == long


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_ctrl_c_in_the_middle_leaves_nothing(deployment, key):
    session = Session("--output", "deploy/secrets.yaml", cwd=deployment)
    session.expect("parts): ")
    session.send(URL + "\r")
    session.expect("Enter generates one): ")
    session.send(key)
    assert session.end() == 130
    assert [path.name for path in (deployment / "deploy").iterdir()] == ["values.yaml"]


def test_without_an_action_a_terminal_shows_what_is_needed_and_what_each_would_do(deployment):
    session = Session(cwd=deployment)
    assert session.end() == 0
    expected = (*KEYS, "--apply", "--output", "--check", "--rotate")
    assert [text for text in expected if text not in session.seen] == []
