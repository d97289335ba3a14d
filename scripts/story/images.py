"""The images that nothing can be pulled of: Airflow with this checkout, git-sync, and what the chart runs beside it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.story.cluster import ROOT
from scripts.story.steps import run

if TYPE_CHECKING:
    from scripts.story.cluster import Cluster

STORE = ROOT / ".story"
"""Images are kept here between two stories; git ignores it."""
AIRFLOW = "registry.example.com/airflow"
CELERY = "celery<5.7"
"""Airflow's constraints, which an image of a team follows, keep the provider from this one; it cannot import it."""
EXTRAS = "cncf-kubernetes,fab,postgres,celery,microsoft-azure,git"
GIT_SYNC = "registry.k8s.io/git-sync/git-sync:v4.4.2"
PROGRAMS = ("git", "openssh-client", "ca-certificates", "redis-server", "pgbouncer", "psmisc")
OTHER_NAMES = ("docker.io/library/redis:7.2-bookworm", "docker.io/apache/airflow:airflow-pgbouncer-2025.03.05-1.23.1")
"""What the chart calls Redis and PgBouncer; it starts both by their commands."""
EXPORTER = "docker.io/apache/airflow:airflow-pgbouncer-exporter-2025.03.05-0.18.0"
BUSYBOX = ("docker.io/library/busybox:1.37", "docker.io/library/alpine:3.24.2")


def load_airflow(cluster: Cluster, airflow_version: str) -> None:
    """Build Airflow's image with this checkout, unless the checkout is the one of the last story."""
    name = f"{AIRFLOW}:{airflow_version}-{_state_of_checkout()}"
    archive = STORE / f"{name.rpartition('/')[2].replace(':', '-')}.tar"
    if not archive.exists():
        _build_airflow(cluster, archive, name, airflow_version)
    if not cluster.has(name):
        cluster.load(archive, name)
    cluster.tag(name, f"{AIRFLOW}:{airflow_version}-1")
    for image in BUSYBOX:
        cluster.tag("localhost/busybox:1", image)


def _build_airflow(cluster: Cluster, archive: Path, name: str, airflow_version: str) -> None:
    for old in STORE.glob("airflow-*.tar"):
        old.unlink()
    part, airflow = archive.with_suffix(".part"), f"apache-airflow[{EXTRAS}]=={airflow_version}"
    # what the image's installer gets: without bytecode each process of each pod would compile all of Airflow
    run(cluster.programs / "make-airflow-image", part, name, airflow, CELERY, ROOT, "--compile-bytecode")
    part.rename(archive)


def load_programs(cluster: Cluster, git_sync: Path) -> None:
    """Build one image of git-sync, Redis and PgBouncer of Debian, and a stand-in for the exporter of metrics."""
    archive, exporter = STORE / "programs.tar", STORE / "exporter.tar"
    if not (archive.exists() and exporter.exists()):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "root"
            run("debootstrap", "--variant=minbase", f"--include={','.join(PROGRAMS)}", "trixie", root)
            _add_files(root, git_sync)
            make = cluster.programs / "make-image"
            run(make, archive, GIT_SYNC, "--rootfs", root, "--entrypoint", "/git-sync")
            run(make, exporter, EXPORTER, "--rootfs", root, "--entrypoint", "sleep", "infinity")
    elif all(cluster.has(name) for name in (GIT_SYNC, EXPORTER, *OTHER_NAMES)):
        return
    cluster.load(archive, GIT_SYNC, *OTHER_NAMES)
    cluster.load(exporter, EXPORTER)


def _add_files(root: Path, git_sync: Path) -> None:
    shutil.copy(git_sync, root / "git-sync")
    with (root / "etc" / "passwd").open("a", encoding="utf-8") as users:
        users.write("git-sync:x:65533:65533::/tmp:/sbin/nologin\n")  # ssh refuses a user without a name
    health = root / "usr" / "local" / "bin" / "pgbouncer_exporter"
    health.write_text("#!/bin/sh\n", encoding="utf-8")
    health.chmod(0o755)
    (health.parent / "pgbouncer").symlink_to("/usr/sbin/pgbouncer")  # the image's PATH has no sbin


def _state_of_checkout() -> str:
    state = hashlib.sha256(Path(__file__).read_bytes())
    for name in sorted(run("git", "-C", ROOT, "ls-files", "src", "pyproject.toml").splitlines()):
        state.update(name.encode() + ((ROOT / name).read_bytes() if (ROOT / name).exists() else b""))
    return state.hexdigest()[:12]
