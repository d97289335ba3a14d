"""Merges a newer scaffold into a team's repository: three whole trees, by git itself.

Git works in a temporary repository that borrows the team's objects, so the team's is not touched until all is done.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from airflowkit.errors import ScaffoldError
from airflowkit.git import complaint, git
from airflowkit.scaffold.git import author_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_NEEDED: Final = (2, 38)
"""The first git whose `merge-tree` merges whole trees."""
_YOURS: Final = "yours"
_DELETED: Final = "CONFLICT (modify/delete)"
_AUTHOR: Final = ("-c", "user.name=airflowkit", "-c", "user.email=airflowkit@localhost")


class Outcome(StrEnum):
    """What became of a file."""

    ADDED = "added"
    UPDATED = "updated"
    MERGED = "merged with your changes"
    REMOVED = "removed"
    STAYS_DELETED = "stays deleted"
    KEPT = "kept as yours"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that is in no branch yet.

    Attributes:
        tree: The tree of the result, in the temporary repository.
        outcomes: What became of each file that the scaffold changes, by its path.
    """

    tree: str
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class MergeRepository:
    """A temporary repository beside the team's.

    Attributes:
        team: The folder of the team's repository.
        folder: The temporary repository.
        head: The team's commit.
        prefix: Where the team's folder is in the work tree of its repository, with a slash at the end.
    """

    team: Path
    folder: Path
    head: str
    prefix: str = ""

    @property
    def files(self) -> frozenset[str]:
        """The paths of the files that the team has committed, from its folder on."""
        listed = self._git("ls-tree", "-r", "-z", "--name-only", self.head).decode(errors="surrogateescape")
        return frozenset(
            path.removeprefix(self.prefix) for path in listed.split("\0") if path.startswith(self.prefix) and path
        )

    def with_line_ends(self, files: Mapping[str, str]) -> dict[str, str]:
        """Return files with the line ends that the team has committed them with: CRLF, or as they are."""
        try:
            found = self._git("grep", "-z", "-I", "-l", "--full-name", "-F", "-e", "\r", self.head)
        except CalledProcessError as error:
            if error.returncode != 1:  # 1: none has any
                raise
            return dict(files)
        names = found.decode(errors="surrogateescape").split("\0")
        paths = {name.removeprefix(f"{self.head}:{self.prefix}") for name in names}
        return {path: text.replace("\n", "\r\n") if path in paths else text for path, text in files.items()}

    def check_free(self, branch: str) -> None:
        """Reject the name of a branch that the team has.

        Raises:
            ScaffoldError: It has.
        """
        if git(self.team, "branch", "--list", branch):
            hint = f"Merge it, or throw it away: git branch -D {branch}"
            raise ScaffoldError(f"there is a branch {branch} already", hint=hint)

    def merged(self, before: Mapping[str, str], after: Mapping[str, str], version: str) -> Merge:
        """Merge what changed between two scaffolds into the team's commit.

        Args:
            before: The files of the scaffold that the repository was made with or last updated to.
            after: The files of the newer one.
            version: The newer one's version, for the conflict markers.
        """
        base = self._commit(self._tree(before))
        name = f"airflowkit-{version}"
        self._git("branch", _YOURS, self._commit(f"{self.head}^{{tree}}", base))
        new = self._commit(self._tree(after), base)
        self._git("branch", name, new)
        tree, records = self._merge_tree(name)
        conflicts = {path for kind, paths in records if kind != _DELETED for path in paths}
        deleted = {path for kind, paths in records if kind == _DELETED for path in paths}
        edited = self._differences(base, self.head)
        tree = self._without(tree, (path for path in deleted if edited.get(path) == "D"))
        changed = self._differences(self.head, tree)
        touched = self._differences(base, new).keys()
        left = touched & edited.keys() & self._differences(new, self.head).keys() - self._renamed(base)
        named = sorted(left | changed.keys() | conflicts)
        outcomes = {path.removeprefix(self.prefix): _outcome(path, changed, edited, conflicts) for path in named}
        return Merge(tree, outcomes)

    def difference(self, tree: str, without: str) -> str:
        """Return how a tree differs from the team's commit, but for a file that nobody reads."""
        paths = (":/", f":(top,exclude){self.prefix}{without}")
        return self._git("diff", "--find-renames", self.head, tree, "--", *paths).decode(errors="replace")

    def write_out(self, tree: str, target: Path) -> None:
        """Write the files of a tree into a folder."""
        index = self.folder / "index-to-write"
        self._git("read-tree", tree, index=index)
        target.mkdir(parents=True, exist_ok=True)
        self._git(f"--work-tree={target}", "checkout-index", "--all", "--force", index=index)

    def commit(self, tree: str, branch: str, message: str) -> None:
        """Put a tree onto a new branch of the team's repository, as one commit after theirs.

        Raises:
            ScaffoldError: The branch exists.
        """
        self._git("branch", "merged", self._commit(tree))
        git(self.team, "fetch", "--quiet", "--no-write-fetch-head", "--no-tags", str(self.folder), "merged")
        author = author_options(self.team)
        commit = git(self.team, *author, "commit-tree", tree, "-p", self.head, "-m", message).decode().strip()
        try:
            git(self.team, "branch", "--no-track", branch, commit)
        except CalledProcessError as error:
            raise ScaffoldError(f"git could not create the branch {branch}: {complaint(error)}") from None

    def _merge_tree(self, name: str) -> tuple[str, list[tuple[str, list[str]]]]:
        """Return the merged tree, and the kind and the paths of each conflict."""
        try:
            printed = self._git("merge-tree", "--write-tree", "--messages", "-z", _YOURS, name)
        except CalledProcessError as error:
            if error.returncode != 1:
                raise
            printed = error.stdout
        parts = printed.decode(errors="surrogateescape").split("\0")
        messages = iter(parts[parts.index("", 1) + 1 : -1])
        records = []
        for count in messages:
            paths = [next(messages) for _ in range(int(count))]
            kind, _text = next(messages), next(messages)
            if kind.startswith("CONFLICT"):
                records.append((kind, paths))
        return parts[0], records

    def _tree(self, files: Mapping[str, str]) -> str:
        index = self.folder / "index-of-scaffold"
        index.unlink(missing_ok=True)
        return self._edited(index, [f"100644 {self._blob(text)}\t{self.prefix}{path}" for path, text in files.items()])

    def _blob(self, text: str) -> str:
        return self._git("hash-object", "-w", "--stdin", stdin=text.encode()).decode().strip()

    def _without(self, tree: str, paths: Iterable[str]) -> str:
        index = self.folder / "index-of-result"
        self._git("read-tree", tree, index=index)
        return self._edited(index, [f"0 {'0' * len(self.head)}\t{path}" for path in paths])

    def _edited(self, index: Path, lines: Iterable[str]) -> str:
        """Return the tree of an index after lines of `git update-index --index-info`."""
        listed = "".join(f"{line}\0" for line in lines).encode(errors="surrogateescape")
        self._git("update-index", "-z", "--index-info", stdin=listed, index=index)
        return self._git("write-tree", index=index).decode().strip()

    def _commit(self, tree: str, *parents: str) -> str:
        options = [option for parent in parents for option in ("-p", parent)]
        found = self._git("rev-parse", tree).decode().strip()
        return self._git(*_AUTHOR, "commit-tree", found, *options, "-m", "airflowkit").decode().strip()

    def _differences(self, old: str, new: str) -> dict[str, str]:
        """Return the letter that git gives each path that differs: A, M or D."""
        listed = self._git("diff-tree", "-r", "-z", "--no-renames", "--name-status", old, new)
        parts = listed.decode(errors="surrogateescape").split("\0")
        return dict(zip(parts[1::2], parts[0::2], strict=False))

    def _renamed(self, base: str) -> frozenset[str]:
        """Return the former names of the files that the team has renamed."""
        printed = self._git(
            "diff-tree", "-r", "-z", "--find-renames", "--diff-filter=R", "--name-status", base, self.head
        )
        return frozenset(printed.decode(errors="surrogateescape").split("\0")[1::3])

    def _git(self, *arguments: str, stdin: bytes = b"", index: Path | None = None) -> bytes:
        return git(self.folder, *arguments, stdin=stdin, index=index)


def _outcome(path: str, changed: Mapping[str, str], edited: Mapping[str, str], conflicts: Iterable[str]) -> Outcome:
    """Return what became of a path.

    Args:
        path: The path.
        changed: How the merge changes the team's tree.
        edited: How the team's tree differs from the scaffold before.
        conflicts: The paths that could not be merged.
    """
    if path in conflicts:
        return Outcome.CONFLICT
    if path not in changed:
        return Outcome.STAYS_DELETED if edited.get(path) == "D" else Outcome.KEPT
    if changed[path] == "M":
        return Outcome.MERGED if path in edited else Outcome.UPDATED
    return Outcome.ADDED if changed[path] == "A" else Outcome.REMOVED


@contextmanager
def merge_repository(team: Path) -> Iterator[MergeRepository]:
    """Yield a temporary repository for merging into a team's.

    Raises:
        ScaffoldError: Git is missing or too old, or the folder is no git repository with a commit.
    """
    _check_version(team)
    try:
        head = git(team, "rev-parse", "--verify", "--quiet", "HEAD").decode().strip()
        objects = git(team, "rev-parse", "--git-path", "objects").decode().strip()
        prefix = git(team, "rev-parse", "--show-prefix").decode().strip()
    except CalledProcessError as error:
        said = complaint(error) if error.stderr else ""
        hint = "Commit it first" if not said or "not a git repository" in said else said
        raise ScaffoldError(f"{team} is not a git repository with a commit", hint=hint) from None
    with TemporaryDirectory(prefix="airflowkit-") as name:
        folder = Path(name)
        form = git(team, "rev-parse", "--show-object-format").decode().strip()
        git(folder, "init", "--quiet", "--bare", f"--object-format={form}")
        (folder / "objects" / "info" / "alternates").write_text(f"{(team / objects).resolve()}\n")
        yield MergeRepository(team, folder, head, prefix)


def _check_version(folder: Path) -> None:
    try:
        printed = git(folder, "version").decode()
    except (CalledProcessError, FileNotFoundError):
        raise ScaffoldError("git is not installed", hint="Install git 2.38 or newer") from None
    found = re.search(r"(\d+)\.(\d+)", printed)
    if found is None or tuple(map(int, found.groups())) < _NEEDED:
        raise ScaffoldError(f"{printed.strip()} cannot merge whole trees", hint="Install git 2.38 or newer")
