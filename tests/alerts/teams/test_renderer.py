"""Microsoft's own renderer takes every card: in Node with a document, and in a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from airflowkit.alerts.facts.context import AlertSettings, event_of, gather
from airflowkit.alerts.teams.card import build_card, fitting_card, minimal_card
from airflowkit.alerts.teams.preview import has_renderer, preview_page
from airflowkit.alerts.teams.samples import SAMPLES, sample_cards, trial_facts
from airflowkit.pods.diagnostics.diagnosis import Diagnosis
from alerts import contexts
from alerts.incidents import RUN, TASK

NODE = Path(__file__).parents[2] / "node"
HOSTILE = "1. **bold** [link](https://evil.example) `code` # <b>x</b> <img src=x onerror=y> </script>"


def rendered(cards):
    """Hand cards to the renderer; return what it says of each."""
    lines = "\n".join(json.dumps(card) for card in cards)
    done = subprocess.run(["node", NODE / "render.cjs"], input=lines, text=True, capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.node
def test_every_kind_of_card_is_rendered_without_a_complaint(airflow_db):
    shapes = [
        gather(context, event_of(context), AlertSettings(), patience=6)
        for context in (make() for make in contexts.SHAPES.values())
    ]
    everything = [*SAMPLES.values(), trial_facts("PROD"), TASK, RUN, *shapes]
    cards = [make(facts) for facts in everything for make in (build_card, fitting_card, minimal_card)]
    cards += sample_cards("PROD").values()
    for card, answer in zip(cards, rendered(cards), strict=True):
        assert answer["complaints"] == []
        assert [action["title"] for action in card.get("actions", ())] == answer["buttons"]


@pytest.mark.node
def test_the_renderer_does_complain_of_a_wrong_card():
    (answer,) = rendered([{"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "Nonsense"}]}])
    assert "Nonsense" in answer["complaints"][0]


@pytest.mark.node
def test_foreign_text_is_shown_as_it_is_and_never_as_markup():
    from dataclasses import replace

    facts = replace(TASK, dag_id=HOSTILE, run_id=HOSTILE, host=HOSTILE, diagnosis=Diagnosis(HOSTILE), title=HOSTILE)
    (answer,) = rendered([build_card(facts)])
    assert answer["markup"] == []
    assert answer["text"].count(HOSTILE) >= 4


@pytest.mark.browser
@pytest.mark.node
def test_the_preview_page_shows_every_card_light_and_dark(tmp_path):
    assert has_renderer()
    page = tmp_path / "cards.html"
    page.write_text(preview_page({"a failed run": fitting_card(RUN), "a failed task": fitting_card(TASK)}), "utf-8")
    shown = _dom(page)
    assert shown.count('class="ac-container ac-adaptiveCard"') == 4
    assert shown.count("out of memory: used 512Mi of 512Mi") >= 2
    assert '<p id="notice" hidden="">' in shown
    assert '<span class="mention">Data on-call</span>' in shown


@pytest.mark.browser
def test_without_the_renderer_the_page_shows_the_json_and_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("airflowkit.alerts.teams.preview._renderer", lambda: None)
    page = tmp_path / "cards.html"
    page.write_text(preview_page({"hostile </script>": {"text": "</script><script>alert(1)</script>"}}), "utf-8")
    shown = _dom(page)
    assert '<p id="notice">' in shown
    assert "make node" in shown
    assert "hostile &lt;/script&gt;" in shown
    assert "<pre" in shown


def _dom(page):
    """What stands in a page after its scripts ran; the browser may load nothing from the network."""
    command = [shutil.which("chromium"), "--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={page.parent / 'profile'}", page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
