"""Validates what goes into a template, so that the result is right whatever was typed.

No accepted value can end a string, a line or a value in Python, TOML or YAML.
"""

from __future__ import annotations

import re
from importlib.metadata import requires
from typing import TYPE_CHECKING, Final

from packaging.requirements import Requirement

from airflowkit.errors import ScaffoldError, did_you_mean
from airflowkit.pods.schema.image_reference import ImageReference, InvalidImage, parse_image
from airflowkit.scaffold.names import WINDOWS_DEVICES, shown

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

MAX_TAG: Final = 100  # airflow.sdk.definitions.dag.TAG_MAX_LEN
_MAX_OWNER: Final = 250

_PRESET_SCHEDULES: Final = frozenset(
    {"@once", "@continuous", "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly"}
)
_TEXT: Final = re.compile(r"\w(?:[\w .:@/+-]*[\w.@/+-])?")
_BRANCH: Final = re.compile(r"(?!HEAD$|refs/|.*\.lock(?:/|$))\w[\w+-]*(?:[./]\w[\w+-]*)*", re.ASCII)
_NAMESPACE: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")  # an RFC 1123 label
_AIRFLOW_VERSION: Final = re.compile(r"3\.\d+\.\d+", re.ASCII)
_FOLDER: Final = re.compile(r"\.|\w[\w-]*(?:/\w[\w-]*)*", re.ASCII)
_TAKEN_NAMES: Final = frozenset({"deploy", "dockerfile", "makefile", "tests"})
"""What the root has for something else, as file systems see it that ignore case."""
SHARED: Final = "shared_lib"
"""The package for code that DAGs share: beside the DAG folder, or in it."""
_WORKERS: Final = re.compile(r"(?P<low>\d{1,3})(?:-(?P<high>\d{1,3}))?", re.ASCII)
_BUCKET: Final = re.compile(r"(?!.*--)[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])", re.ASCII)  # what both Azure and S3 accept
_PROVIDER: Final = re.compile(r"(?!apache-airflow)[a-z0-9]+(?:[-.][a-z0-9]+)*", re.ASCII)

_HOST: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?"
_PORT: Final = r"0*(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"
_SEGMENT: Final = r"(?!\.{1,2}(?:/|$))[\w.~+%-]+"
_PATH: Final = rf"{_SEGMENT}(?:/{_SEGMENT})*"
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME: Final = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_UI_URL: Final = re.compile(rf"https?://{_HOST}(?::{_PORT})?(?:/{_PATH})?", re.ASCII)
_HTTPS_URL: Final = re.compile(rf"https://{_HOST}(?::{_PORT})?/{_PATH}", re.ASCII)
# git-sync logs in as `git`, whatever the URL says (apache/airflow#32981).
_LOGIN: Final = re.compile(r"(?:https?://[^/]*|ssh://[^/:]*:[^/]*)@(?P<host>[^/@:]*)")
_SSH_URL: Final = re.compile(
    rf"git@(?P<short>{_HOST}):{_PATH}|ssh://git@(?P<long>{_HOST})(?::(?P<port>{_PORT}))?/{_PATH}", re.ASCII
)


def check_text(what: str, text: str, *, limit: int = _MAX_OWNER) -> None:
    """Reject a name, owner or tag that is empty, too long, or contains quotes, newlines or other punctuation."""
    if len(text) > limit:
        raise ScaffoldError(f"{what} {shown(text)} is too long", hint=f"Airflow allows {limit} characters")
    _check(what, text, _TEXT, "letters, digits, spaces and . : @ / + - _ with a letter or digit first")


def check_schedule(schedule: str) -> None:
    """Reject what Airflow's cron timetable would reject; an empty string means no schedule."""
    if schedule and schedule not in _PRESET_SCHEDULES and not _is_cron(schedule):
        hint = did_you_mean(schedule, _PRESET_SCHEDULES) or "Write a preset (@daily), cron ('0 6 * * *') or none"
        raise ScaffoldError(f"schedule {shown(schedule)} is not a valid schedule", hint=hint)


def check_image(image: str) -> None:
    """Reject what is not an image, or an image without a fixed version."""
    found = _image(image, "an image with its tag, such as 'registry.example.com/orders:1.4.2'")
    if not found.digest and found.tag in {"", "latest"}:
        raise ScaffoldError(
            f"image {shown(image)} has no fixed tag, so two tries of a task may run different code",
            hint=f"Name a version, such as {found.name + ':1.0.0'!r}",
        )


def name_of_image(image: str) -> str:
    """Return a valid image without its tag and digest."""
    return _image(image, "an image").name


def check_repository_of_images(image: str) -> None:
    """Reject what is not an image name, or has a tag."""
    expected = "it without a tag, such as 'registry.example.com/airflow'"
    if _image(image, expected).name != image:
        raise ScaffoldError(f"image {shown(image)} has a tag or a digest already", hint=f"Write {expected}")


def _image(image: str, expected: str) -> ImageReference:
    found = parse_image(image)
    if isinstance(found, InvalidImage):
        raise ScaffoldError(f"image {shown(image)} {found.reason}", hint=f"Write {expected}")
    return found


def check_git_url(url: str) -> None:
    """Reject a URL that git-sync cannot use, or that contains a password."""
    if found := _LOGIN.match(url):
        raise ScaffoldError(
            f"the git URL for {found['host']} contains a user or a password, which would be committed",
            hint="Leave them out: airflowkit secrets puts them into a Secret",
        )
    if not _HTTPS_URL.fullmatch(url):
        _check("git URL", url, _SSH_URL, "'git@HOST:TEAM/REPOSITORY.git' or 'https://HOST/TEAM/REPOSITORY.git'")


def ssh_host(url: str) -> str | None:
    """Return the host of an ssh URL as known_hosts writes it, `[HOST]:PORT` if it has a port; else None."""
    address = ssh_address(url)
    if address is None:
        return None
    host, port = address
    return f"[{host}]:{port}" if port not in {"", "22"} else host


def ssh_address(url: str) -> tuple[str, str] | None:
    """Return the host and the port of an ssh URL, the port empty where the URL has none; None of another URL."""
    found = _SSH_URL.fullmatch(url)
    return (found["short"] or found["long"], found["port"] or "") if found else None


def check_branch(branch: str) -> None:
    """Reject what is not a plain branch name."""
    _check("branch", branch, _BRANCH, "a git branch such as 'main'")


def check_namespace(namespace: str, *, suffix: str = "") -> None:
    """Reject what Kubernetes rejects as a namespace, also with a suffix behind it, and its own namespaces."""
    limit = 63 - len(suffix)
    expected = f"up to {limit} lower-case letters, digits and hyphens, such as 'airflow'"
    _check("namespace", namespace, _NAMESPACE, expected)
    if len(namespace) > limit:
        raise ScaffoldError(f"namespace {shown(namespace)} is too long", hint=f"Write {expected}")
    if namespace.startswith("kube-"):
        raise ScaffoldError(f"namespace {shown(namespace)} belongs to Kubernetes", hint=f"Write {expected}")


def check_dags_folder(folder: str) -> None:
    """Reject what is not a folder inside the repository, or has another purpose there."""
    _check("DAG folder", folder, _FOLDER, "a folder relative to the root, such as 'dags', 'src/dags' or '.'")
    names = folder.casefold().split("/")
    if names[0] in _TAKEN_NAMES or SHARED in names:
        raise ScaffoldError(f"DAG folder {shown(folder)} has another purpose", hint="Choose a folder such as 'dags'")
    if not WINDOWS_DEVICES.isdisjoint(names):
        raise ScaffoldError(f"DAG folder {shown(folder)} is the name of a device on Windows", hint="Choose another")


def check_workers(workers: str) -> None:
    """Reject what is neither a number of workers nor a range."""
    expected = "a number such as '2', or a range such as '1-8' for KEDA"
    found = _check("workers", workers, _WORKERS, expected)
    if not found["high"] and int(found["low"]) == 0:
        raise ScaffoldError("without workers no task runs", hint=f"Write {expected}")
    if found["high"] and int(found["low"]) >= int(found["high"]):
        raise ScaffoldError(f"workers {shown(workers)} is not a range", hint="Write the smaller number first")


def check_bucket(bucket: str, *, suffix: str = "") -> None:
    """Reject what Azure rejects as a container or S3 as a bucket, also with a suffix behind it."""
    limit = 63 - len(suffix)
    expected = f"3 to {limit} lower-case letters, digits and single hyphens, such as 'airflow-logs'"
    _check("bucket", bucket, _BUCKET, expected)
    if len(bucket) > limit:
        raise ScaffoldError(f"bucket {shown(bucket)} is too long", hint=f"Write {expected}")


def check_ui_url(url: str) -> None:
    """Reject what is not the address of a web page."""
    _check("UI address", url, _UI_URL, "one such as 'https://airflow.example.com', without a slash at its end")


def check_host(host: str) -> None:
    """Reject what is not a host name."""
    _check("ingress", host, _DNS_NAME, "a host name such as 'airflow.example.com', or none")


def check_provider(provider: str) -> None:
    """Reject what cannot be the name of a provider."""
    expected = "names such as 'snowflake' or 'microsoft-azure', without apache-airflow-providers- and a version"
    _check("provider", provider, _PROVIDER, expected)


def check_airflow_version(version: str) -> None:
    """Reject what is not a release of Airflow 3, which the values and the image are for, or not a supported one."""
    _check("Airflow version", version, _AIRFLOW_VERSION, "a release of Airflow 3, such as '3.3.2'")
    if not _supported().contains(version):
        hint = f"It takes Airflow {_supported()}"
        raise ScaffoldError(f"Airflow version {version} cannot be installed beside this airflowkit", hint=hint)


def _supported() -> SpecifierSet:
    """Return the versions of Airflow that airflowkit's own distribution allows."""
    needed = (Requirement(line) for line in requires("airflowkit-k8s") or ())
    return next(each.specifier for each in needed if each.name == "apache-airflow")


def _is_cron(schedule: str) -> bool:
    """Return whether a text is a cron expression, according to the library that Airflow uses."""
    from croniter import croniter  # slow to import, so only for a cron expression

    return schedule.isprintable() and not schedule.startswith("@") and croniter.is_valid(schedule)


def _check(what: str, text: str, form: re.Pattern[str], expected: str) -> re.Match[str]:
    found = form.fullmatch(text)
    if found is None:
        raise ScaffoldError(f"{what} {shown(text)} is not valid", hint=f"Write {expected}")
    return found
