"""AK403 beyond variables: secrets in commands and arguments, and templates of passwords."""

from __future__ import annotations

import pytest

from airflowkit.redaction import contains_secret


@pytest.mark.parametrize(
    "arguments",
    [
        ["--db-password=Tr0ub4dor-and-3", "--user", "me"],
        ["--db-password", "Tr0ub4dor-and-3"],
        ["export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENGbPxRfiCYzzEXAMPLEKEY; run"],
        ["curl -u etl:hunter2 https://api.example.com"],
        ["--url", "postgresql://etl:hunter2@db/orders"],
        ["--token", "ghp_0123456789abcdefghijklmnopqrstuvwxyz"],
    ],
)
def test_a_secret_in_a_command_line_is_seen(arguments):
    assert contains_secret(repr(arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--password", "$(DB_PASSWORD)"],
        ['load --password "$DB_PASSWORD"'],
        ["export DB_PASSWORD=${SECRET}; run"],
        ["--password={{ var.value.x }}"],
        ["--token-file", "/var/run/secrets/token"],
        ["--secret", "orders-db"],
        ["--secret-name=orders-db", "--day", "{{ ds }}"],
        ["-u", "1000:1000"],
        ["sh", "-c", "echo the token has expired; exit 1"],
    ],
)
def test_a_reference_to_a_secret_is_not_one(arguments):
    assert not contains_secret(repr(arguments))
