"""Which templates there are: a team's own, in a folder or a git repository, before airflowkit's."""

from __future__ import annotations

import re
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from airflowkit.errors import BrokenTemplate, ScaffoldError, did_you_mean
from airflowkit.git import complaint, git
from airflowkit.redaction import redact
from airflowkit.scaffold.dag_templates.reading import read_template
from airflowkit.scaffold.dag_templates.template import DESCRIPTION, DagTemplate
from airflowkit.scaffold.names import shown
from airflowkit.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BUILT_IN: Final = Path(__file__).parents[1] / "templates" / "dags"
DEFAULT: Final = "pod"
_OURS: Final = "airflowkit"
_URL: Final = re.compile(r"(?:https?|ssh|git|file)://\S+|[\w.-]+@[\w.-]+:\S+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The templates by name; one of a team's own replaces airflowkit's of the same name.

    Attributes:
        folders: The folder of each template.
        sources: Where each is from.
    """

    folders: Mapping[str, Path]
    sources: Mapping[str, str]

    def template(self, name: str) -> DagTemplate:
        """Return a template.

        Raises:
            ScaffoldError: There is none of that name.
            BrokenTemplate: It cannot be used.
        """
        if name not in self.folders:
            hint = did_you_mean(name, self.folders) or f"use one of {', '.join(self.folders)}"
            raise ScaffoldError(f"no template {shown(name)}", hint=hint)
        return read_template(self.folders[name], self.sources[name])

    def all(self) -> Iterator[tuple[str, DagTemplate | BrokenTemplate]]:
        """Yield each template with its name, or what is wrong with it."""
        for name in self.folders:
            try:
                yield name, self.template(name)
            except BrokenTemplate as broken:
                yield name, broken


def built_in() -> Catalogue:
    """Return airflowkit's own templates."""
    names = sorted(path.parent.name for path in BUILT_IN.glob(f"*/{DESCRIPTION}"))
    return Catalogue({name: BUILT_IN / name for name in names}, dict.fromkeys(names, _OURS))


@contextmanager
def catalogue(start: Path) -> Iterator[Catalogue]:
    """Yield the templates that a repository has; those from git are gone afterwards.

    Args:
        start: A file or folder of the repository.

    Raises:
        ScaffoldError: Its folder of templates does not exist, or git cannot fetch it.
        SettingsError: `airflowkit.toml` is not valid.
    """
    settings = load_settings(start)
    where = settings.new_dag.templates
    if not where or settings.path is None:
        yield built_in()
    elif _is_git(settings.path.parent / where, where):
        with tempfile.TemporaryDirectory(prefix="airflowkit-templates-") as clone:
            yield _with(built_in(), _fetched(where, Path(clone), settings.path), redact(where))
    else:
        folder = settings.path.parent / where
        if not folder.is_dir():
            raise ScaffoldError(f"{folder} is not a folder", hint=f"[new_dag] templates in {settings.path} names it")
        yield _with(built_in(), folder, where)


def _with(ours: Catalogue, folder: Path, source: str) -> Catalogue:
    """Return the templates of a folder before airflowkit's; a folder without any template's file is none."""
    own = {path.name: path for path in sorted(folder.iterdir()) if path.is_dir() and _is_template(path)}
    if not own:
        raise ScaffoldError(
            f"{source} has no template", hint=f"A template is a folder with a {DESCRIPTION} and a dag.py.j2"
        )
    return Catalogue({**own, **ours.folders, **own}, {**ours.sources, **dict.fromkeys(own, source)})


def _is_template(folder: Path) -> bool:
    return (folder / DESCRIPTION).exists() or any(folder.glob("*.j2"))


def _is_git(path: Path, where: str) -> bool:
    """Return whether a place is a URL, or a bare repository on this computer."""
    return bool(_URL.fullmatch(where)) or ((path / "HEAD").is_file() and (path / "objects").is_dir())


def _fetched(where: str, clone: Path, settings: Path) -> Path:
    """Return a folder with the newest commit of a repository, or with that of a branch or tag after `#`."""
    url, _, revision = where.partition("#")
    try:
        git(clone, "init", "--quiet")
        git(clone, "fetch", "--quiet", "--depth=1", "--", _absolute(url, settings.parent), revision or "HEAD")
        git(clone, "checkout", "--quiet", "--detach", "FETCH_HEAD")
    except FileNotFoundError:
        raise ScaffoldError("git is not installed, and [new_dag] templates names a repository") from None
    except subprocess.CalledProcessError as error:
        raise ScaffoldError(
            f"cannot fetch {redact(where)}: {redact(complaint(error))}",
            hint=f"[new_dag] templates in {settings} names it",
        ) from None
    return clone


def _absolute(url: str, root: Path) -> str:
    return url if _URL.fullmatch(url) else str(root / url)
