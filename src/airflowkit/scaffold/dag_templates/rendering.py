"""Renders a template of `new-dag`: the same values give the same bytes."""

from __future__ import annotations

import ast
import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from airflowkit.scaffold import inputs
from airflowkit.scaffold.dag_templates.catalogue import BUILT_IN
from airflowkit.scaffold.dag_templates.template import DAG_FILE, DESCRIPTION, broken
from airflowkit.scaffold.environment import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from airflowkit.scaffold.answers.dag import DagAnswers
    from airflowkit.scaffold.dag_templates.template import DagTemplate

PUBLIC_IMAGE: Final = "busybox:1.37"
"""The image of a new DAG: small and public, and every computer has its `sh` if the image is not used."""
_EXPRESSION: Final = re.compile(r"\[\[.*?\]\]")
_PLACE: Final = re.compile(r"[\w.-]*\w[\w.-]*(?:/[\w.-]*\w[\w.-]*)*")


def render_dag(template: DagTemplate, answers: DagAnswers, options: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the text of each file of a DAG by its path in the repository, the DAG's own first.

    A file that renders to nothing beside these answers is left out.

    Args:
        template: The template.
        answers: The values for the DAG.
        options: The values that only this template asks for; others have their defaults.

    Raises:
        BrokenTemplate: It cannot be rendered, or makes no valid Python.
    """
    chosen = {option.name: option.default for option in template.options} | dict(options or {})
    image = answers.image or default_image(template, answers)
    names = {"dag": replace(answers, image=image), "options": chosen}
    files = {}
    for source, place in ({DAG_FILE: "dags/[[ dag.name ]].py"} | dict(template.files)).items():
        text = _rendered(template, source, names)
        if text.strip():
            path = _place(template, place, names)
            _check_python(template.folder / source, path, text)
            files[path] = text
    return files


def default_image(template: DagTemplate, answers: DagAnswers) -> str:
    """Return the image of a DAG for which none was given."""
    if not template.image:
        return PUBLIC_IMAGE
    image = _of_description(template, template.image, {"dag": answers})
    with _faults_of(template, template.folder / DESCRIPTION):
        inputs.check_image(image)
    return image


def _rendered(template: DagTemplate, source: str, names: Mapping[str, Any]) -> str:
    with _faults_of(template, template.folder / source):
        return environment(template.folder, BUILT_IN).get_template(source).render(names)


def _of_description(template: DagTemplate, text: str, names: Mapping[str, Any]) -> str:
    """Return a text of the description, which is a template, too."""
    with _faults_of(template, template.folder / DESCRIPTION):
        return environment(template.folder, BUILT_IN).from_string(text).render(names)


def _place(template: DagTemplate, place: str, names: Mapping[str, Any]) -> str:
    """Return where a file belongs, which is inside the repository."""
    path = _of_description(template, place, names)
    parts = PurePosixPath(path).parts
    if not _PLACE.fullmatch(path) or path.endswith("/") or {"..", ".", ".git"} & set(parts):
        raise broken(template.folder / DESCRIPTION, 0, f"{path!r} is not the path of a file in the repository")
    return path


def _check_python(source: Path, path: str, text: str) -> None:
    if not path.endswith(".py"):
        return
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        number = getattr(error, "lineno", None) or 1
        lines = text.splitlines()
        written = lines[number - 1].strip() if number <= len(lines) else ""
        reason = f"it makes no valid Python: {getattr(error, 'msg', error)}"
        raise broken(source, _nearest_line(source, written), f"{reason}, in {written!r}") from None


def _nearest_line(source: Path, written: str) -> int:
    """Return the line of a template that most likely wrote a line: the one with the most text in common."""
    best, most = 1, 0
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        texts = _EXPRESSION.split(line.strip())
        common = sum(map(len, texts))
        if common > most and re.fullmatch(".*".join(map(re.escape, texts)), written):
            best, most = number, common
    return best


@contextmanager
def _faults_of(template: DagTemplate, source: Path) -> Iterator[None]:
    """Turn whatever goes wrong in a template into its file and line."""
    from jinja2 import TemplateNotFound, TemplateSyntaxError

    try:
        yield
    except TemplateSyntaxError as error:
        raise broken(Path(error.filename or source), error.lineno, str(error.message)) from None
    except Exception as error:  # noqa: BLE001  a template is a program, which may raise anything
        missing = f"there is no template {error.name}" if isinstance(error, TemplateNotFound) else ""
        file, line = _raised_at(error, template.folder) or (source, 0)
        raise broken(file, line, missing or str(error) or type(error).__name__) from None


def _raised_at(error: BaseException, folder: Path) -> tuple[Path, int] | None:
    """Return the innermost line of the template's files in an error's trace, where Jinja puts them."""
    found, trace = None, error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(folder) or file.is_relative_to(BUILT_IN):
            found = file, trace.tb_lineno
        trace = trace.tb_next
    return found
