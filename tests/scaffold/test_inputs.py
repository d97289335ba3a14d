import json
import tomllib

import pytest
import yaml
from hypothesis import event, given
from hypothesis import strategies as st

from airflowkit.errors import ScaffoldError
from airflowkit.scaffold import inputs
from airflowkit.scaffold.environment import _quoted
from scaffold.combinations import answers

GIT_URLS = {
    "git@github.com:team/dags.git": "github.com",
    "git@git.example.com:dags": "git.example.com",
    "ssh://git@git.example.com/team/dags.git": "git.example.com",
    "ssh://git@git.example.com:2222/team/dags.git": "[git.example.com]:2222",
    "https://github.com/team/dags.git": None,
    "https://git.example.com:8443/team/dags": None,
}


@pytest.mark.parametrize("url", GIT_URLS)
def test_a_git_url_by_ssh_or_https_is_allowed_and_its_host_known(url):
    inputs.check_git_url(url)
    assert inputs.ssh_host(url) == GIT_URLS[url]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "dags",
        "/srv/git/dags",
        "http://github.com/team/dags.git",
        "me@github.com:team/dags.git",
        "ssh://me@git.example.com/team/dags.git",
        "https://github.com",
        "https://github.com/team/dags.git#main",
        "https://github.com/team/da gs",
        "git@github.com:team/dags.git\nbranch: evil",
        "git@github.com:../dags.git",
        "https://github.com/team/./dags",
        "https://[::1",
        "https://github.com:99999/team/dags",
        "ssh://git@git.example.com:0/team/dags.git",
        "-oProxyCommand=x",
    ],
)
def test_another_git_url_is_refused(url):
    with pytest.raises(ScaffoldError, match="git URL"):
        inputs.check_git_url(url)


@pytest.mark.parametrize(
    "url", ["https://me:s3cret@github.com/t/d.git", "https://s3cret@github.com/t/d.git", "ssh://git:s3cret@[::1/d"]
)
def test_a_password_in_a_git_url_is_refused_and_not_repeated(url):
    with pytest.raises(ScaffoldError, match="would be committed") as caught:
        inputs.check_git_url(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "image",
    [
        "busybox:1.37",
        "python:3.12-slim",
        "localhost/busybox:1",
        "localhost:5000/busybox:1",
        "registry.example.com/team/orders:1.4.2",
        "registry.example.com:5000/team/orders:1.4.2",
        "REGISTRY.example.com/orders:V1",
        "busybox@sha256:" + "0" * 64,
        "ghcr.io/team/my_orders--x:v1@sha256:" + "f" * 64,
    ],
)
def test_an_image_with_a_fixed_tag_is_allowed(image):
    inputs.check_image(image)


@pytest.mark.parametrize(
    "image", ["", "My Image:1", "busybox", "busybox:latest", "Orders:1", "a//b:1", "x:1\n", 'x:1"', "x:"]
)
def test_an_image_without_one_is_refused(image):
    with pytest.raises(ScaffoldError, match="image"):
        inputs.check_image(image)


@pytest.mark.parametrize("image", ["registry.example.com/airflow:1", "Airflow", ""])
def test_the_image_that_is_to_be_made_has_no_tag_yet(image):
    with pytest.raises(ScaffoldError, match="image"):
        inputs.check_repository_of_images(image)


@pytest.mark.parametrize("schedule", ["", "@daily", "@continuous", "@once", "0 6 * * *", "*/5 8-18 * * mon-fri"])
def test_a_schedule_that_airflow_takes_is_allowed(schedule):
    from airflow.sdk import DAG

    inputs.check_schedule(schedule)
    dag = DAG("x", schedule=schedule or None, max_active_runs=1)
    dag.timetable.validate()


@pytest.mark.parametrize(
    "schedule", ["daily", "@dayly", "@reboot", "0 6 * *", "61 * * * *", "x", "* * * * *\n", '0 6 * * * "', " "]
)
def test_a_schedule_that_airflow_refuses_is_refused(schedule):
    with pytest.raises(ScaffoldError, match="schedule"):
        inputs.check_schedule(schedule)


@pytest.mark.parametrize("namespace", ["", "Airflow", "my_ns", "-x", "x-", "x" * 64, "a.b", "a\n", "kube-system"])
def test_what_is_no_namespace_is_refused(namespace):
    with pytest.raises(ScaffoldError, match="namespace"):
        inputs.check_namespace(namespace)


@pytest.mark.parametrize(
    "branch", ["", "-x", "a b", "a..b", "x.", "/x", "x/", "a\n", "x~1", "x.lock", "a.lock/b", "HEAD", "refs/heads/x"]
)
def test_what_is_no_branch_is_refused(branch):
    with pytest.raises(ScaffoldError, match="branch"):
        inputs.check_branch(branch)


@pytest.mark.parametrize("version", ["", "3", "3.3", "2.11.0", "3.3.2rc1", "latest", "3.0.6", "3.99.0"])
def test_what_is_no_release_of_airflow_3_is_refused(version):
    with pytest.raises(ScaffoldError, match="Airflow version"):
        inputs.check_airflow_version(version)


@pytest.mark.parametrize("folder", ["dags", "src/dags", ".", "my_dags", "a-b/c"])
def test_a_dags_folder_inside_the_repository_is_allowed(folder):
    inputs.check_dags_folder(folder)


@pytest.mark.parametrize(
    "folder",
    [
        "", "/dags", "../dags", "dags/", "./dags", "a//b", "a b", ".git", "dags\n", "tests/x",
        "Deploy", "Makefile", "dockerfile/dags", "shared_lib", "dags/Shared_Lib", "con", "src/nul",
    ],
)  # fmt: skip
def test_another_dags_folder_is_refused(folder):
    with pytest.raises(ScaffoldError, match="DAG folder"):
        inputs.check_dags_folder(folder)


@pytest.mark.parametrize("workers", ["1", "12", "0-8", "1-100"])
def test_a_number_or_a_range_of_workers_is_allowed(workers):
    inputs.check_workers(workers)


@pytest.mark.parametrize("workers", ["", "-1", "1-", "8-8", "0", "00", "1.5", "2 ", "1000", "a", "1-2-3", "1\n"])
def test_another_number_of_workers_is_refused(workers):
    with pytest.raises(ScaffoldError, match="workers"):
        inputs.check_workers(workers)


@pytest.mark.parametrize("host", ["airflow.example.com", "localhost", "a-1.b"])
def test_a_host_name_is_allowed_in_an_ingress(host):
    inputs.check_host(host)


@pytest.mark.parametrize(
    "host", ["", "A.example.com", "a_b", "a..b", "-a", "a:80", "https://a", "a" * 254, "a" * 64 + ".b", "a\n", '"']
)
def test_what_is_no_host_name_is_refused(host):
    with pytest.raises(ScaffoldError, match="ingress"):
        inputs.check_host(host)


@pytest.mark.parametrize("url", ["https://a.example.com", "http://localhost:8080", "https://example.com/airflow"])
def test_the_address_of_a_web_page_is_allowed(url):
    inputs.check_ui_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example.com",
        "https://a.example.com/",
        "ftp://a",
        "https://a b",
        'https://a"',
        "https://me:s@a",
        "http://a:0",
        "http://a:65536",
    ],
)
def test_another_address_is_refused(url):
    with pytest.raises(ScaffoldError, match="UI address"):
        inputs.check_ui_url(url)


@pytest.mark.parametrize("bucket", ["", "A", "ab", "a--b", "-ab", "x" * 60, "a.b", "a\n"])
def test_a_bucket_that_azure_or_s3_would_refuse_is_refused_also_with_dev_behind_it(bucket):
    with pytest.raises(ScaffoldError, match="bucket"):
        inputs.check_bucket(bucket, suffix="-dev")


@pytest.mark.parametrize("provider", ["", "Snowflake", "snowflake==1", "../x", "apache-airflow-providers-snowflake"])
def test_what_is_not_the_short_name_of_a_provider_is_refused(provider):
    with pytest.raises(ScaffoldError, match="provider"):
        inputs.check_provider(provider)


def test_what_is_given_twice_or_with_a_slash_that_a_shell_completes_is_simplified():
    simple = answers(dags_folder="./src//dags/", providers=("snowflake", "snowflake"), pod_namespaces=("a", "b", "a"))
    assert (simple.dags_folder, simple.providers, simple.pod_namespaces) == ("src/dags", ("snowflake",), ("a", "b"))


def test_the_namespace_of_airflow_is_not_one_more_for_pods():
    with pytest.raises(ScaffoldError, match="Airflow's own"):
        answers(namespace="data", pod_namespaces=("jobs", "data"))


@given(st.one_of(st.text(), st.text(alphabet="ab \"'\\#{}[]:\n\t%&*!|>,-é", max_size=20)))
def test_a_text_is_refused_in_one_line_or_means_the_same_in_python_toml_yaml_and_json(text):
    try:
        inputs.check_text("owner", text)
    except ScaffoldError as error:
        event("refused")
        meanings = [str(error).isprintable()]
    else:
        literal = _quoted(text)
        readings = [eval(literal), json.loads(literal), tomllib.loads(f"x = {literal}")["x"]]
        meanings = [reading == text for reading in [*readings, yaml.safe_load(f"x: {literal}")["x"]]]
    assert all(meanings)
