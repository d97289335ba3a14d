"""The delivery against a real server: each answer, each fault of the network, the time, and what leaks."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import pytest

from airflowkit import send_card
from airflowkit.alerts.safety import log as alert_log
from airflowkit.alerts.teams.connection import Webhook
from airflowkit.alerts.teams.delivery import Delivery, deliver
from airflowkit.errors import DeliveryError
from alerts.receiver import SIGNATURE, TARGET, Reply, drip, hang, reset

CARD = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "große Lücke 🔴"}]}
MINIMAL = {"type": "AdaptiveCard", "version": "1.4", "body": []}
SLACK = 0.5


@pytest.fixture
def post(connect):
    """Deliver a card to a receiver through the Airflow connection, and hold it to its budget."""
    from airflowkit.alerts.teams.connection import read_webhook

    def _post(url: str, budget: float = 3.0, **fields: object) -> Delivery:
        connect(url, **fields)
        started = time.monotonic()
        delivery = deliver(read_webhook("msteams_webhook_url"), CARD, minimal=MINIMAL, budget=budget)
        assert time.monotonic() - started < budget + SLACK
        return delivery

    return _post


@pytest.mark.parametrize(
    ("script", "requests", "status"),
    [
        pytest.param([Reply(202)], 1, 202, id="queued"),
        pytest.param([Reply(200, body=b"1")], 1, 200, id="custom flow or relay"),
        pytest.param(
            [Reply(200, {"Content-Encoding": "gzip"}, gzip.compress(b"accepted"))], 1, 200, id="compressed answer"
        ),
        pytest.param([Reply(200, body=b"x" * 1_000_000)], 1, 200, id="long answer"),
        pytest.param([Reply(503), Reply(503), Reply(202)], 3, 202, id="recovers"),
        pytest.param([Reply(429, {"Retry-After": "1"}), Reply(202)], 2, 202, id="asked to wait a second"),
        pytest.param([Reply(408), Reply(202)], 2, 202, id="request timeout"),
        pytest.param([Reply(425), Reply(202)], 2, 202, id="too early"),
        pytest.param([Reply(act=reset), Reply(202)], 2, 202, id="reset, then well"),
        pytest.param(
            [Reply(200, body=b"Webhook message delivery failed with error: HTTP error 429"), Reply(202)],
            2,
            202,
            id="limit hidden in a 200",
        ),
    ],
)
def test_a_card_arrives(receivers, post, script, requests, status):
    receiver = receivers(*script)
    delivery = post(receiver.url, budget=10)
    assert (delivery.accepted, delivery.status, delivery.attempts) == (True, status, requests)
    assert len(receiver.requests) == requests
    assert all(request.card == CARD for request in receiver.requests)
    assert {request.path for request in receiver.requests} == {TARGET}


@pytest.mark.parametrize(
    ("script", "retried", "problem"),
    [
        pytest.param([Reply(400)], False, "HTTP 400.*api-version", id="bad request"),
        pytest.param([Reply(401)], False, "HTTP 401.*signature", id="damaged signature"),
        pytest.param([Reply(403)], False, "HTTP 403.*'Anyone'", id="tenant only"),
        pytest.param([Reply(404)], False, "HTTP 404.*copy the URL again", id="flow deleted"),
        pytest.param([Reply(429, {"Retry-After": "86400"})], False, "HTTP 429.*alert per run", id="wait a day"),
        pytest.param([Reply(503)], True, "HTTP 503", id="down for good"),
        pytest.param([Reply(200, body=b"HTTP error 404")], False, "HTTP 404", id="error hidden in a 200"),
        pytest.param([Reply(act=hang)], False, "within|did not respond", id="hangs"),
        pytest.param([Reply(act=drip)], False, "no response .* within 3 s", id="drips"),
        pytest.param([Reply(act=reset)], True, "connection reset", id="resets for good"),
    ],
)
def test_a_lost_card_says_why(receivers, post, script, retried, problem):
    import re

    receiver = receivers(*script)
    delivery = post(receiver.url)
    assert not delivery.accepted
    assert len(receiver.requests) > 1 if retried else len(receiver.requests) == 1
    assert re.search(problem, f"{delivery.problem}. {delivery.hint}", re.DOTALL)


def test_a_wait_that_does_not_fit_the_budget_is_not_waited_for(receivers, post):
    started = time.monotonic()
    delivery = post(receivers(Reply(429, {"Retry-After": "60"})).url)
    assert not delivery.accepted
    assert time.monotonic() - started < 1


def test_retry_after_may_be_a_date(receivers, post):
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    receiver = receivers(Reply(429, {"Retry-After": at}), Reply(202))
    assert post(receiver.url, budget=6).accepted
    assert 0.5 < receiver.requests[1].at - receiver.requests[0].at < 3


def test_a_read_timeout_is_tried_once_more_because_the_card_may_have_arrived(receivers, post):
    receiver = receivers(Reply(act=hang))
    delivery = post(receiver.url, budget=8, extra={"timeout": 0.5})
    assert len(receiver.requests) == 2
    assert "did not respond in time" in delivery.problem


def test_a_card_that_is_too_large_is_sent_once_more_in_its_smallest_form(receivers, post):
    receiver = receivers(Reply(413), Reply(202))
    assert post(receiver.url).accepted
    assert receiver.cards == [CARD, MINIMAL]


def test_a_smallest_card_that_is_too_large_is_lost(receivers, post):
    receiver = receivers(Reply(413))
    assert "too large" in post(receiver.url).hint
    assert len(receiver.requests) == 2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_even_if_its_target_says_yes(receivers, post, status):
    target = receivers(Reply(202))
    delivery = post(receivers(Reply(status, {"Location": f"{target.base}/login"})).url)
    assert (delivery.accepted, delivery.status, delivery.attempts) == (False, status, 1)
    assert "redirects" in delivery.problem


def test_a_redirect_loop_is_a_failure(receivers, post):
    receiver = receivers(Reply(302, {"Location": "/again"}))
    assert "loop" in post(receiver.url).problem


def test_a_closed_port_is_retried_within_the_budget(post):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    delivery = post(f"http://127.0.0.1:{port}{TARGET}", budget=2)
    assert delivery.attempts > 1
    assert delivery.problem == "cannot reach 127.0.0.1: connection refused"


def test_an_unknown_host_is_a_failure_within_the_budget(post):
    delivery = post(f"https://no-such-host.invalid{TARGET}", budget=2)
    assert "no-such-host.invalid" in delivery.problem
    assert not delivery.accepted


def test_a_proxy_is_used_and_named_when_it_fails(receivers, post):
    proxy = receivers(Reply(202))
    assert post("http://127.0.0.1:9/x?sig=abcdefgh", extra={"proxy": proxy.base}).accepted
    assert proxy.requests[0].path.startswith("http://127.0.0.1:9/x")
    refused = post(f"https://teams.example.com{TARGET}", extra={"proxy": "http://127.0.0.1:9"}, budget=2)
    assert "proxy" in refused.problem


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory):
    """A self-signed certificate, as a PEM file with its key."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(names, critical=False)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(certificate + secret)
    return path


def test_a_self_signed_certificate_is_refused_until_it_is_named(receivers, post, self_signed):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(self_signed)
    receiver = receivers(Reply(202), tls=tls)
    refused = post(receiver.url)
    assert (refused.attempts, refused.problem) == (1, "cannot talk to 127.0.0.1: its certificate is not trusted")
    assert "verify" in refused.hint
    assert post(receiver.url, extra={"verify": str(self_signed)}).accepted


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"Content-Type": "text/html; charset=utf-8"}, b"<p>Sign in</p>"),
        Reply(200, {}, b"\n<!DOCTYPE html><html><title>Sign in</title></html>"),
    ],
)
def test_a_sign_in_page_is_no_delivery(receivers, post, reply):
    delivery = post(receivers(reply).url)
    assert not delivery.accepted
    assert delivery.problem == "127.0.0.1 answered with a web page instead of taking the card"


def test_a_proxy_that_cannot_be_reached_is_named_without_its_password(receivers, post):
    delivery = post(receivers().url, extra={"proxy": "http://etl:Tr0ub4dor3@127.0.0.1:9"}, budget=2)
    assert delivery.problem == "the proxy 127.0.0.1:9 cannot be reached: connection refused"
    assert delivery.hint == "it is set by the connection's extra 'proxy'"


def test_a_ca_bundle_that_does_not_exist_is_named(receivers, post, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    delivery = post(receivers().url.replace("http://", "https://"))
    assert delivery.problem == "the CA file /nowhere/ca.pem does not exist on this machine"


def test_a_netrc_entry_is_named_when_the_flow_refuses_its_password(receivers, post, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    delivery = post(receivers(Reply(401)).url)
    assert ".netrc" in delivery.hint


def test_the_budget_has_an_upper_limit(receivers, connect, monkeypatch):
    monkeypatch.setattr("airflowkit.alerts.teams.delivery.MAX_ALERT_BUDGET", 1.0)
    started = time.monotonic()
    delivery = deliver(Webhook(receivers(Reply(act=drip)).url), CARD, budget=600)
    assert time.monotonic() - started < 1.5
    assert "within 1 s" in delivery.problem


def test_send_card_returns_how_it_went(teams):
    delivery = send_card(CARD)
    assert (delivery.accepted, delivery.status, delivery.problem) == (True, 202, "")
    assert teams.requests[0].headers["Content-Type"] == "application/json"
    envelope = json.loads(teams.requests[0].body)
    assert (envelope["type"], envelope["attachments"][0]["contentUrl"]) == ("message", None)


def test_send_card_raises_what_went_wrong(receivers, connect):
    connect(receivers(Reply(404)).url)
    with pytest.raises(DeliveryError, match=r"HTTP 404.*copy the URL again"):
        send_card(CARD)


def test_send_card_refuses_what_teams_would_drop_without_a_word(teams):
    with pytest.raises(DeliveryError, match="too large"):
        send_card({**CARD, "body": [{"type": "TextBlock", "text": "x" * 25_000}]})
    assert not teams.requests


def _every_form() -> set[str]:
    return {SIGNATURE, unquote(SIGNATURE), "planted_signature"}


LEAKY = [
    pytest.param(Reply(202), id="accepted"),
    pytest.param(Reply(404), id="refused"),
    pytest.param(Reply(503), id="retried"),
    pytest.param(Reply(413), id="too large"),
    pytest.param(Reply(act=hang), id="hangs"),
    pytest.param(Reply(act=reset), id="resets"),
    pytest.param(Reply(302, {"Location": TARGET}), id="redirects"),
    pytest.param(Reply(200, body=TARGET.encode()), id="echoes"),
    pytest.param(None, id="closed port"),
]


def _everything_said(receivers, connect, caplog, capfd, reply) -> str:
    """Send a card by the notifier with everything logged at DEBUG; return all that was said."""
    from airflowkit import TeamsNotifier

    receiver = receivers(reply) if reply else None
    url = receiver.url if receiver else f"http://127.0.0.1:9{TARGET}"
    connect(url, extra={"timeout": 0.5})
    for name in ("", "airflowkit.alerts", "requests", "urllib3", "urllib3.connectionpool", "task"):
        logging.getLogger(name).disabled = False  # an Airflow that ran in this process has set up its own log
        caplog.set_level(logging.DEBUG, logger=name)
    notifier = TeamsNotifier(budget=2)
    notifier({"run_id": f"see {url}", "exception": ConnectionError(f"Max retries exceeded with url: {TARGET}")})
    try:
        send_card(CARD, budget=1)
    except DeliveryError as error:
        logging.getLogger("task").error("failed", exc_info=error)  # noqa: TRY400  as Airflow logs it
    out, err = capfd.readouterr()
    bodies = [request.body.decode() for request in receiver.requests] if receiver else []
    return "\n".join((caplog.text, out, err, repr(notifier), repr(Webhook(url)), *bodies))


@pytest.mark.parametrize("reply", LEAKY)
def test_the_signature_is_said_nowhere(receivers, connect, caplog, capfd, reply):
    said = _everything_said(receivers, connect, caplog, capfd, reply)
    assert "127.0.0.1" in said
    assert [form for form in _every_form() if form in said] == []


def test_without_the_redaction_the_signature_would_be_said(receivers, connect, caplog, capfd, monkeypatch):
    """Proves that the test above looks where the signature would appear."""
    monkeypatch.setattr(alert_log, "redact", str)
    said = _everything_said(receivers, connect, caplog, capfd, Reply(202))
    assert urlsplit(TARGET).path in said
    assert SIGNATURE in said
