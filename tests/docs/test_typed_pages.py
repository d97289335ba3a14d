"""The pages that show a session: as a new user types it, in an empty folder with an empty home."""

from __future__ import annotations

import pytest

from docs.console import PACKAGES, PAGES, is_shown, outputs, typed

PAGE = """\
```console
$ export A=1 \\
    B=2
$ echo $A
1
```

```toml title="airflowkit.toml"
[pod]
```
"""


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_output_on_the_page_is_that_of_its_command(page, tmp_path):
    steps = typed(page.read_text(encoding="utf-8"))
    said = outputs(steps, tmp_path, packages=PACKAGES)
    assert len(said) == len(steps) > 2
    wrong = [(step, output) for step, output in zip(steps, said, strict=True) if not is_shown(step.output, output)]
    assert [f"$ {step.command}\n{output}" for step, output in wrong] == []
    written = {path.name for path in (tmp_path / "home").iterdir()}
    assert written <= {".cache", ".rustup"}  # pip asks rustc for its version, and rustup writes


def test_a_page_is_read_as_commands_with_their_outputs_and_as_files():
    steps = typed(PAGE)
    assert [step.output for step in steps] == ["", "1\n", "[pod]\n"]
    assert steps[0].command == "export A=1 \\\n    B=2"
    assert steps[2].command.endswith("cat airflowkit.toml")


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("checked in 3.1 s: nothing found", "checked in 12.0 s: nothing found", True),
        ("checked in 3.1 s: nothing found", "checked in 3.1 s: 1 error", False),
        ("Wrote …\nNext", "Wrote this\nand that\nNext", True),
        ("Wrote …\nNext", "Wrote this\nand that", False),
        ("│ load │ success │     1.2 │", "│ load │ success │    14.5 │", True),
        ("│ load │ success │     1.2 │", "│ load │ failed │     1.2 │", False),
        ("Run: manual__2026-11-30T11:41:12.185735+00:00  │", "Run: manual__2027-01-01T00:00:00+00:00 │", True),
        ("", "a warning", False),
    ],
)
def test_only_what_differs_from_run_to_run_may_differ_from_the_page(shown, said, same):
    assert is_shown(shown, said) is same
