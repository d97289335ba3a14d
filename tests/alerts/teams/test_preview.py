"""The preview where Microsoft's renderer is missing."""

import pytest

from airflowkit.alerts.teams import preview


@pytest.fixture
def _without_renderer(monkeypatch, tmp_path):
    """A package that was built without npm."""
    (tmp_path / "preview.html").write_text("$scripts|$themes|$cards")
    monkeypatch.setattr(preview, "files", lambda _package: tmp_path)


@pytest.mark.usefixtures("_without_renderer")
def test_the_page_has_the_cards_as_json_where_the_renderer_is_missing():
    assert not preview.has_renderer()
    page = preview.preview_page({"A <failed> run": {"type": "AdaptiveCard"}})
    assert page == '|{}|[{"title": "A \\u003cfailed> run", "card": {"type": "AdaptiveCard"}}]'
