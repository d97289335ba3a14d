"""The test cluster: its commands, its images, and the names that its pods know."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.story.steps import run

if TYPE_CHECKING:
    from collections.abc import Iterable

GATEWAY = "10.244.7.1"
"""The host's address on the bridge of the pods: what runs on the host listens there."""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster of a folder with the programs `up`, `down`, `make-image` and `make-airflow-image`."""

    programs: Path
    home: Path

    @classmethod
    def found(cls) -> Cluster:
        """Return the cluster whose programs are in TEST_CLUSTER, or beside the checkout."""
        cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
        programs = Path(os.environ.get("TEST_CLUSTER", ROOT.parent / "shared" / "kubernetes"))
        return cls(programs, Path(os.environ.get("K8S_HOME", cache / "kubernetes-test")))

    @property
    def kubeconfig(self) -> Path:
        return self.home / "admin.kubeconfig"

    def start(self) -> None:
        """Start it with services."""
        # its servers inherit the standard error of `up`: a pipe would never end
        subprocess.run([self.programs / "up", "--services"], check=True, stdout=subprocess.DEVNULL)

    def is_up(self) -> bool:
        """Return whether its API server answers."""
        if not self.kubeconfig.exists():
            return False
        asked = [self.home / "bin" / "kubectl", "--kubeconfig", self.kubeconfig, "get", "--raw", "/readyz"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def stop(self) -> None:
        run(self.programs / "down")

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        program = self.home / "bin" / "kubectl"
        return run(program, "--kubeconfig", self.kubeconfig, *arguments, given=stdin)

    def read(self, *arguments: str) -> Any:
        """Return what `kubectl get` finds."""
        return json.loads(self.kubectl("get", *arguments, "--output", "json"))

    def load(self, archive: Path, *names: str) -> None:
        """Put an image on the node, and give it further names."""
        self._images("import", str(archive))
        for name in names[1:]:
            self.tag(names[0], name)

    def tag(self, old: str, new: str) -> None:
        self._images("tag", "--force", old, new)

    def has(self, image: str) -> bool:
        return image in self._images("ls", "--quiet").split()

    def name_hosts(self, names: Iterable[str]) -> None:
        """Let pods find the host by these names."""
        (self.home / "hosts").write_text("".join(f"{GATEWAY} {name}\n" for name in names), encoding="utf-8")

    def _images(self, *arguments: str) -> str:
        return run("ctr", "-a", self.home / "run" / "containerd.sock", "-n", "k8s.io", "images", *arguments)
