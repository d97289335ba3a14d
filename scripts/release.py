"""Builds the wheel and the source distribution into dist/, and checks them; publishes nothing.

scripts/release.py --untagged    builds and checks, as CI does on every push
scripts/release.py               also: the tag on this commit, the version and the changelog agree, nothing is
                                 uncommitted
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
SOURCE = ROOT / "src" / "airflowkit"
RENDERER = ("adaptivecards.min.js", "markdown-it.min.js", "LICENSES.txt")
"""What `airflowkit teams preview` needs of npm's packages; a build without npm leaves it out."""
OF_THE_SDIST = ("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "SECURITY.md", "noxfile.py")
NOT_SHIPPED = re.compile(
    r"(^|/)(tests?|test_\w+\.py|conftest\.py|__pycache__|node_modules|airflowkit\.local\.toml)(/|$)"
)
PATHS_OF_A_MACHINE = re.compile(rb"/(?:home|Users|root|work)/\w+")


def wheel_faults(names: set[str], sources: set[str], version: str) -> Iterator[str]:
    """Yield what is wrong with the list of a wheel's files."""
    metadata = f"airflowkit_k8s-{version}.dist-info"
    for name in sorted(names):
        if not name.startswith(("airflowkit/", f"{metadata}/")):
            yield f"the wheel has {name}, outside the package"
        elif NOT_SHIPPED.search(name) and "/scaffold/templates/" not in name:
            yield f"the wheel has {name}"
    needed = {f"airflowkit/{name}" for name in sources | {f"alerts/teams/renderer/{name}" for name in RENDERER}}
    needed |= {"airflowkit/py.typed", f"{metadata}/entry_points.txt", f"{metadata}/licenses/LICENSE"}
    for name in sorted(needed - names):
        yield f"the wheel lacks {name}"


def sdist_faults(names: set[str], sources: set[str], version: str) -> Iterator[str]:
    """Yield what is wrong with the list of a source distribution's files."""
    needed = {f"src/airflowkit/{name}" for name in sources} | set(OF_THE_SDIST)
    for name in sorted({f"airflowkit_k8s-{version}/{name}" for name in needed} - names):
        yield f"the source distribution lacks {name}"
    if not any("/tests/" in name for name in names):
        yield "the source distribution has no tests"


def version_faults(version: str, changelog: str, tags: list[str], changed: str) -> Iterator[str]:
    """Yield where the version, the changelog, the commit's tags and the work tree disagree."""
    newest = next(iter(re.findall(r"^## (.+)$", changelog, re.MULTILINE)), "")
    if not re.fullmatch(rf"{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)", newest):
        yield f"CHANGELOG.md begins with {newest!r}; write '## {version} ({date.today()})'"  # noqa: DTZ011  a local day
    if tags != [f"v{version}"]:
        yield f"this commit has the tags {tags}, not v{version}"
    if changed:
        yield f"there are uncommitted changes:\n{changed.rstrip()}"


def build() -> tuple[Path, Path]:
    """Build both distributions with the locked build backend, and return the wheel and the source distribution."""
    shutil.rmtree(DIST, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "hatchling", "build", "--directory", DIST], cwd=ROOT, check=True)
    return next(DIST.glob("*.whl")), next(DIST.glob("*.tar.gz"))


def _faults(wheel: Path, sdist: Path, version: str) -> Iterator[str]:
    listed = _git("ls-files", "src/airflowkit").splitlines()
    sources = {path.removeprefix("src/airflowkit/") for path in listed}
    with zipfile.ZipFile(wheel) as archive:
        yield from wheel_faults(set(archive.namelist()), sources, version)
        for name in archive.namelist():
            if name.endswith((".py", ".j2", "METADATA")) and (found := PATHS_OF_A_MACHINE.search(archive.read(name))):
                yield f"{name} in the wheel names a path of a machine: {found[0].decode()}"
    with tarfile.open(sdist) as archive:
        yield from sdist_faults({member.name for member in archive if member.isfile()}, sources, version)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def main() -> int:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    distributions = build()
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *distributions], check=True)
    faults = list(_faults(*distributions, version))
    if "--untagged" not in sys.argv:
        changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
        tags = _git("tag", "--points-at", "HEAD").split()
        faults += version_faults(version, changelog, tags, _git("status", "--porcelain"))
    for fault in faults:
        print(f"release: {fault}", file=sys.stderr)
    if not faults:
        print(f"airflowkit-k8s {version} in {DIST.name}/ is fit to be published; nothing has been")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
