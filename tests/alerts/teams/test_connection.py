"""The connection: where the webhook URL may be, what is rejected, and what is a warning."""

from __future__ import annotations

import pytest

from airflowkit.alerts.teams.connection import read_webhook
from airflowkit.errors import DeliveryError

QUERY = "api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abcDEF%2B123456"
HOST = "default0123456789.ab.environment.api.powerplatform.com"
PATH = f"powerautomate/automations/direct/workflows/{'0' * 32}/triggers/manual/paths/invoke"
URL = f"https://{HOST}:443/{PATH}?{QUERY}"


def read():
    return read_webhook("msteams_webhook_url")


def test_the_password_is_the_whole_url(connect):
    connect(URL)
    webhook = read()
    assert (webhook.url, webhook.host, webhook.warnings) == (URL, HOST, ())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"password": "Tr0ub4dor3"}, "the password of connection 'msteams_webhook_url' is not a URL"),
        ({"password": "Tr0ub4dor3", "extra": {"verify": "/nowhere/ca.pem"}}, "is not a URL"),
        (
            {"password": URL, "extra": {"verify": "/nowhere/ca.pem"}},
            "its extra 'verify' names '/nowhere/ca.pem', which",
        ),
        ({"password": URL, "extra": "{bad"}, "its extra is not valid JSON: Expecting property name enclosed in double"),
    ],
)
def test_a_mistake_in_the_connection_is_named_and_no_secret_shown(connect, fields, expected):
    connect(**fields)
    with pytest.raises(DeliveryError) as raised:
        read()
    assert expected in str(raised.value)
    assert "Tr0ub4dor3" not in str(raised.value)


def test_a_plain_password_beside_a_host_is_never_taken_for_the_host(connect):
    connect(password="Tr0ub4dor3", host=URL)
    assert read().host == HOST


def test_a_variable_that_is_not_json_is_named_with_the_place(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL", '{"conn_type": "http", "password": "s3cr')
    with pytest.raises(
        DeliveryError, match=r"AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL is not valid JSON: .*line 1 column"
    ) as raised:
        read()
    assert "s3cr" not in str(raised.value)


def test_nothing_but_the_host_is_ever_shown(connect):
    connect(URL, extra={"proxy": "http://user:secret@proxy:3128"})
    assert repr(read()) == "Webhook(timeout=5.0, verify=None, warnings=())"


def test_the_extras_say_how_to_post(connect):
    connect(URL, extra={"proxy": "http://proxy:3128", "timeout": "2.5", "verify": __file__})
    webhook = read()
    assert (webhook.proxy, webhook.timeout, webhook.verify) == ("http://proxy:3128", 2.5, __file__)


@pytest.mark.parametrize(("timeout", "seconds"), [("soon", 5.0), (0, 0.1), (600, 15.0), (None, 5.0)])
def test_an_impossible_timeout_is_made_possible(connect, timeout, seconds):
    connect(URL, extra={"timeout": timeout})
    assert read().timeout == seconds


def test_the_url_may_stand_in_the_extras(connect):
    connect(None, extra={"webhook_url": URL})
    assert (read().url, read().warnings) == (URL, ())


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"host": URL, "schema": "https"}, id="with its scheme"),
        pytest.param({"host": URL.removeprefix("https://"), "schema": "https"}, id="without its scheme"),
        pytest.param({"host": URL.removeprefix("https://"), "conn_type": "http"}, id="without anything"),
        pytest.param(
            {"host": f"{HOST}:443", "extra": {"webhook_token": f"{PATH}?{QUERY}"}}, id="with a token beside it"
        ),
    ],
)
def test_the_older_style_works_with_a_warning(connect, fields):
    connect(None, **fields)
    webhook = read()
    assert webhook.url == URL
    assert [warning for warning in webhook.warnings if "does not mask" in warning]


def test_a_uri_as_environment_variable_works_with_a_warning(monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL", URL)
    webhook = read()
    assert webhook.url == URL
    assert len(webhook.warnings) == 1


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://contoso.webhook.office.com/webhookb2/x", "turned Office 365 connectors off.*create a workflow"),
        ("https://outlook.office.com/webhook/x", "turned Office 365 connectors off"),
        (URL.replace("https://", "http://"), "without encryption"),
        ("ftp://example.com/x", "no valid URL"),
        ("https://", "no valid URL"),
        ("https://[broken", "no valid URL"),
    ],
)
def test_an_address_that_cannot_work_is_refused_with_the_way_out(connect, url, words):
    connect(url)
    with pytest.raises(DeliveryError, match=words) as caught:
        read()
    assert "sig=" not in str(caught.value)


def test_an_unknown_host_is_taken(connect):
    connect("https://relay.internal.example/teams?sig=abcdefgh")
    assert read().warnings == ()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (URL.replace("&", "&amp;"), "'&amp;'"),
        (URL.partition("&sig=")[0], "no 'sig='"),
        (f"https://prod-12.westeurope.logic.azure.com:443/{PATH}?{QUERY}", "logic.azure.com"),
    ],
)
def test_a_doubtful_address_is_named_once(connect, url, words):
    connect(url)
    webhook = read()
    assert len(webhook.warnings) == 1
    assert words in webhook.warnings[0]
    assert "&amp;" not in webhook.url


@pytest.mark.parametrize("environment", [{}, {"AIRFLOW_CONN_MSTEAMS_WEBHOOK_URL": '{"conn_type": "http"}'}])
def test_an_empty_connection_says_what_to_do(monkeypatch, airflow_db, environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(DeliveryError, match=r"msteams_webhook_url.*create a workflow in Teams"):
        read()
