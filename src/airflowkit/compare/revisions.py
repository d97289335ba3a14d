"""Revisions of the user's git repository, written out as files of their own: nothing of the repository changes.

Git reads a revision into an index of ours and writes its files to a temporary folder. `git worktree` would leave an
entry in the repository when it is killed, and `git archive` leaves out what `.gitattributes` says (export-ignore).
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from airflowkit.errors import RevisionError
from airflowkit.git import complaint, git

if TYPE_CHECKING:
    from collections.abc import Iterator

WORK_TREE: Final = "the work tree"
_DEFAULT_BRANCHES: Final = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
_RANGE: Final = ".."
_COMMITS: Final = "name a commit, a branch or a tag: airflowkit diff REV"
_WHOLE: Final = "a shallow clone has no older commits: git fetch --unshallow, or name a revision that is there"
_SUBMODULE: Final = b"160000 "


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two states that are compared.

    Attributes:
        name: What the user calls it.
        commit: Its commit; empty for the work tree.
        root: Where the files of the repository are.
    """

    name: str
    commit: str
    root: Path

    def __str__(self) -> str:
        short = self.commit[:9]
        return self.name if self.name in ("", short, WORK_TREE) else f"{self.name} ({short})"


@contextmanager
def two_sides(root: Path, older: str = "", newer: str = "") -> Iterator[tuple[Side, Side]]:
    """Yield both sides of a comparison; what is written for them is removed at the end, and after an interrupt.

    Args:
        root: The folder of the repository, which may be a part of git's.
        older: A revision, or a range (`A..B`, `A...B`); by default where the branch left the default branch.
        newer: A revision; by default the work tree.

    Raises:
        RevisionError: There is no such revision, or no git repository.
    """
    top, prefix = _place(root)
    first, last = _ends(top, older, newer)
    before = first or _fork(top)
    with TemporaryDirectory(prefix="airflowkit-diff-", ignore_cleanup_errors=True) as name:
        writer = _Writer(top, Path(name).resolve(), prefix)
        old = writer.side("before", *before)
        yield old, writer.side("after", *last) if last else Side(WORK_TREE, "", root)


def ignored_by_git(root: Path, paths: list[Path]) -> set[Path]:
    """Return which files are in no commit because git ignores them."""
    names = "\0".join(str(path) for path in paths).encode(errors="surrogateescape")
    try:
        found = git(root, "check-ignore", "-z", "--stdin", stdin=names) if paths else b""
    except CalledProcessError:  # 1: none is
        return set()
    return {Path(name) for name in found.decode(errors="surrogateescape").split("\0") if name}


def _place(root: Path) -> tuple[Path, str]:
    """Return the top folder of git's work tree, and where in it the repository is."""
    try:
        top = git(root, "rev-parse", "--show-toplevel").decode(errors="surrogateescape").rstrip("\n")
        prefix = git(root, "rev-parse", "--show-prefix").decode(errors="surrogateescape").rstrip("\n")
    except FileNotFoundError:
        raise RevisionError("git is not installed", hint="it knows the other state of the DAGs") from None
    except CalledProcessError as error:
        raise RevisionError(f"{root} is not in a git repository: {complaint(error)}") from None
    return Path(top), prefix


def _ends(top: Path, older: str, newer: str) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    """Return name and commit of both ends, None where the default holds."""
    if _RANGE in older and not newer:
        older, dots, newer = older.partition("..." if "..." in older else _RANGE)
        older, newer = older or "HEAD", newer or "HEAD"
        if dots == "...":
            base = _merge_base(top, _commit(top, older), _commit(top, newer))
            return (base, ""), (_commit(top, newer), newer)
    first = (_commit(top, older), older) if older else None
    return first, ((_commit(top, newer), newer) if newer else None)


def _commit(top: Path, revision: str) -> str:
    if found := _found(top, revision):
        return found
    raise RevisionError(f"git knows no revision {revision!r} here", hint=_COMMITS)


def _found(top: Path, revision: str) -> str:
    """Return the commit that git knows by a name, or an empty string."""
    try:
        found = git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except (CalledProcessError, ValueError):  # ValueError: a null character
        return ""
    return found.decode().split()[-1]


def _fork(top: Path) -> tuple[str, str]:
    """Return the commit at which the branch left the default branch, as far as this clone knows it, and its name."""
    head = _found(top, "HEAD")
    if not head:
        raise RevisionError("this branch has no commit yet", hint="commit first: the older side is a commit")
    for name in _DEFAULT_BRANCHES:
        if commit := _found(top, name):
            return _merge_base(top, head, commit), f"the fork from {name}"
    raise RevisionError("git does not know the default branch here", hint=_COMMITS)


def _merge_base(top: Path, one: str, other: str) -> str:
    try:
        return git(top, "merge-base", one, other).decode().split()[0]
    except CalledProcessError:
        message = f"{one[:9]} and {other[:9]} have no common commit in this clone"
        raise RevisionError(message, hint=_WHOLE) from None


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the files of commits to a temporary folder.

    Attributes:
        top: The top folder of git's work tree.
        scratch: The temporary folder.
        prefix: Where the repository is in the work tree.
    """

    top: Path
    scratch: Path
    prefix: str

    def side(self, place: str, commit: str, name: str) -> Side:
        folder = self.scratch / place / self.top.name
        (folder / ".git").mkdir(parents=True)  # what marks a repository; git itself does not take it for one
        try:
            self._write(self.top, commit, folder, place)
        except CalledProcessError as error:
            raise RevisionError(f"git cannot write the files of {name or commit}: {complaint(error)}") from None
        root = folder / self.prefix
        root.mkdir(parents=True, exist_ok=True)  # the older state may not have it
        return Side(name or commit[:9], commit, root)

    def _write(self, repository: Path, commit: str, folder: Path, place: str) -> None:
        index = self.scratch / f"{place}.index"
        git(repository, "read-tree", commit, index=index)
        git(repository, f"--work-tree={folder}", "checkout-index", "--all", "--force", "--quiet", index=index)
        staged = git(repository, "ls-files", "--stage", "-z", index=index).split(b"\0")
        for entry in (each for each in staged if each.startswith(_SUBMODULE)):
            about, _, name = entry.partition(b"\t")
            path, inner = name.decode(errors="surrogateescape"), about.split()[1].decode()
            if (repository / path / ".git").exists():
                with suppress(CalledProcessError):  # this clone does not have the submodule's commit
                    self._write(repository / path, inner, folder / path, f"{place}-{inner}")
