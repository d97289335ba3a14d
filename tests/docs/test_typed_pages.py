"""The pages that show a session: as a new user types it, in an empty folder with an empty home."""

from __future__ import annotations

import pytest

from docs.console import PACKAGES, PAGES, is_shown, outputs, typed

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_output_on_the_page_is_that_of_its_command(page, tmp_path):
    steps = typed(page.read_text(encoding="utf-8"))
    said = outputs(steps, tmp_path, packages=PACKAGES)
    assert len(said) == len(steps) > 2
    wrong = [(step, output) for step, output in zip(steps, said, strict=True) if not is_shown(step.output, output)]
    assert [f"$ {step.command}\n{output}" for step, output in wrong] == []
    written = {path.name for path in (tmp_path / "home").iterdir()}
    assert written <= {".cache", ".rustup"}  # pip asks rustc for its version, and rustup writes
