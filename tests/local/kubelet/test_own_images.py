"""Files of images that a Dockerfile of the repository builds, in a run without images."""

from __future__ import annotations

import pytest

from airflowkit.local.kubelet.own_images import OwnImages

LABEL = 'LABEL org.opencontainers.image.ref.name="registry.example.com/orders"\n'


@pytest.fixture
def mounts(tmp_path):
    """Where the files of an image are for a Dockerfile, by their places in a container."""
    folder = tmp_path / "scripts/orders"
    (folder / "package").mkdir(parents=True)
    (folder / "main.py").touch()
    (folder / "other file.py").touch()
    (tmp_path / "secret").touch()

    def found(dockerfile, image="registry.example.com/orders:1.4.2", name="Dockerfile"):
        (folder / name).write_text(dockerfile)
        return {it.target: it.source.relative_to(folder).as_posix() for it in OwnImages(tmp_path).mounts(image)}

    return found


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ("COPY main.py /app/main.py", {"/app/main.py": "main.py"}),
        ("COPY main.py /app/", {"/app/main.py": "main.py"}),
        ("copy --chown=1:1 main.py /app/main.py", {"/app/main.py": "main.py"}),
        ("COPY package/ /app/package", {"/app/package": "package"}),
        ("COPY . /app", {"/app": "."}),
        ("COPY package \\\n  /app", {"/app": "package"}),
        ("# COPY package /app", {}),
        ("COPY --from=build /x /app", {}),
        ("COPY main.py app/", {}),
        ("COPY *.txt /app/", {}),
        ("COPY ../../secret /app/secret", {}),
        ("COPY", {}),
        ("COPY main.py", {}),
        ("COPY --chown=1:1 --link", {}),
    ],
)
def test_what_a_dockerfile_copies_from_its_folder_is_at_its_place(mounts, copies, expected):
    assert mounts(f"FROM python:3.12-slim\n{LABEL}{copies}\n") == expected


@pytest.mark.parametrize(
    ("image", "is_own"),
    [
        ("registry.example.com/orders:2", True),
        ("registry.example.com/orders@sha256:" + "0" * 64, True),
        ("registry.example.com/orders", True),
        ("registry.example.com/orders/x:1", False),
        ("orders:1", False),
        ("Not An Image", False),
        ("", False),
    ],
)
def test_an_image_is_known_by_its_name_whatever_its_tag(mounts, image, is_own):
    assert bool(mounts(f"{LABEL}COPY main.py /app/main.py\n", image)) == is_own


def test_a_file_that_is_no_dockerfile_or_has_no_label_builds_nothing(mounts):
    assert mounts("COPY main.py /app/main.py\n") == {}
    assert mounts(f"{LABEL}COPY main.py /app/main.py\n", name="notes.sh") == {}
