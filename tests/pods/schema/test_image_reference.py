"""The grammar of image references: what follows it is taken apart, what does not is refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflowkit import pod_task
from airflowkit.pods.schema.image_reference import ImageReference, InvalidImage, parse_image
from airflowkit.pods.validation.pod import pod_problems

_LOWER = "abz019"
_WORDS = st.text(_LOWER, min_size=1, max_size=5)
_HOSTS = st.builds("{}{}.{}".format, st.sampled_from(["A", "b", "x-1."]), _WORDS, _WORDS)
_PORTS = st.integers(0, 65535).map(":{}".format)
_REGISTRIES = st.one_of(
    st.just(""),
    st.just("localhost"),
    _HOSTS,
    st.builds("{}{}".format, st.one_of(_HOSTS, st.sampled_from(["host", "[::1]", "[fe80::1]"])), _PORTS),
)
_COMPONENTS = st.one_of(
    _WORDS, st.builds("{}{}{}".format, _WORDS, st.sampled_from([".", "_", "__", "-", "---"]), _WORDS)
)
_TAGS = st.one_of(st.just(""), st.builds("{}{}".format, st.sampled_from("aZ0_"), st.text(f"{_LOWER}_.-", max_size=127)))
_DIGESTS = st.one_of(
    st.just(""),
    st.builds("sha256:{:064x}".format, st.integers(0, 2**256 - 1)),
    st.builds("sha512:{:0128x}".format, st.integers(0, 2**512 - 1)),
)


def _starts_with_a_registry(repository):
    first, slash, _ = repository.partition("/")
    return slash and "." in first


REFERENCES = st.builds(
    ImageReference,
    registry=_REGISTRIES,
    repository=st.lists(_COMPONENTS, min_size=1, max_size=4).map("/".join),
    tag=_TAGS,
    digest=_DIGESTS,
).filter(lambda image: image.registry or not _starts_with_a_registry(image.repository))


@settings(deadline=None)
@given(REFERENCES)
def test_whatever_follows_the_grammar_is_read_into_its_parts_and_written_back_as_it_was(image):
    assert parse_image(str(image)) == image


@settings(deadline=None)
@given(REFERENCES, st.sampled_from(["{}:tag:oops", "-{}", "{}/", "http://{}", " {}", "{}@sha256:abc", "{}//img"]))
def test_a_reference_that_is_broken_in_one_place_is_refused(image, way):
    assert isinstance(parse_image(way.format(image)), InvalidImage)


@settings(deadline=None)
@given(st.text())
def test_no_text_is_too_strange_to_be_judged(text):
    parsed = parse_image(text)
    assert str(parsed) == text if isinstance(parsed, ImageReference) else parsed.reason


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        ("repo/img:tag:oops", "more than one tag"),
        ("img:", "empty tag"),
        ("-img", "'-img'"),
        ("repo//img", "between slashes"),
        ("host:99999/img", "port 99999"),
        ("img@sha256:abc", "64 lower-case hexadecimal digits"),
        (f"img@sha256:{'A' * 64}", "64 lower-case hexadecimal digits"),
        ("img@md5:d41d8cd98f00b204e9800998ecf8427e", "no known algorithm"),
        ("http://repo/img:1", "URL"),
        (f"img:{'t' * 129}", "longer than 128"),
        ("a" * 300, "longer than 255"),
        ("a" * 64, "an image's id"),
        ("BusyBox:1", "lower case"),
        ("img:-1", "'-1'"),
        ("host:/img", "'host:'"),
        ("busy box", "spaces"),
        ("img:1\n", "space"),
        ("", "no name"),
    ],
)
def test_what_no_runtime_can_pull_is_refused_with_the_reason(image, reason):
    assert reason in parse_image(image).reason


@pytest.mark.parametrize(
    ("image", "registry", "repository"),
    [
        ("busybox", "", "busybox"),
        ("team/orders:1", "", "team/orders"),
        ("localhost/orders", "localhost", "orders"),
        ("host:5000/orders", "host:5000", "orders"),
        ("ghcr.io/team/orders@sha256:" + "0" * 64, "ghcr.io", "team/orders"),
    ],
)
def test_a_registry_is_told_from_a_folder_as_docker_does(image, registry, repository):
    parsed = parse_image(image)
    assert (parsed.registry, parsed.repository) == (registry, repository)


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ("spec.containers[0].image", {"containers": [{"name": "base", "image": "repo//img"}]}),
        ("spec.initContainers[0].image", {"initContainers": [{"name": "init", "image": "repo//img"}]}),
        ("spec.volumes[0].image.reference", {"volumes": [{"name": "model", "image": {"reference": "repo//img"}}]}),
    ],
)
def test_each_place_of_a_pod_that_names_an_image_is_held_to_the_grammar(place, part):
    spec = {"containers": [{"name": "base", "image": "a:1"}], **part}
    (problem,) = pod_problems({"metadata": {"name": "a"}, "spec": spec}, version="1.35")
    assert (problem.field, problem.reason) == (place, "has an empty part between slashes")


@pytest.mark.parametrize("image", ["{{ params.image }}", "repo/{{ params.name }}:1", "repo/img:{{ ds }}"])
def test_an_image_with_a_template_is_left_to_the_run(image):
    assert pod_task("task", image=image).image == image
