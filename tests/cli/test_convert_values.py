import io
import sys
from types import SimpleNamespace

import pytest
import yaml

from airflowkit.cli.app import main

OLD = "webserver: {replicas: 2}\nfernetKey: PLANTED\nfernetkey: x\n"
TODAY = """\
executor: CeleryExecutor
enableServiceLinks: false
apiSecretKeySecretName: airflow-api-secret-key
jwtSecretName: airflow-jwt-secret
dags: {gitSync: {recommendedProbeSetting: true}}
"""


@pytest.fixture
def convert(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, given=None):
        monkeypatch.setattr(sys, "argv", ["airflowkit", "convert-values", *arguments])
        if given is not None:
            monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(given)))
        with pytest.raises(SystemExit) as ended:
            main()
        return SimpleNamespace(status=ended.value.code, **capsys.readouterr()._asdict())

    return run


def test_values_go_to_standard_output_and_the_report_to_standard_error(convert, tmp_path):
    (tmp_path / "old.yaml").write_text(OLD)
    result = convert("old.yaml")
    assert result.status == 1
    assert yaml.safe_load(result.out)["apiServer"] == {"replicas": 2}
    assert "webserver -> apiServer" in result.err
    assert "Needs a Secret\n  fernetKey -> fernetKeySecretName: Secret airflow-fernet-key, key fernet-key" in result.err
    assert "fernetkey: the chart has no such key; did you mean 'fernetKey'?" in result.err
    assert "PLANTED" not in result.out + result.err


def test_the_sources_of_the_rules_are_shown_on_demand(convert, tmp_path):
    (tmp_path / "old.yaml").write_text(OLD)
    assert "[chart docs: Upgrading the Helm Chart to Airflow 3]" in convert("old.yaml", "--sources").err


def test_a_file_that_is_todays_already_is_said_to_be_so(convert, tmp_path):
    (tmp_path / "values.yaml").write_text(TODAY)
    result = convert("values.yaml")
    assert result.status == 0
    assert "values.yaml is today's already: chart 1.22.0 knows all of its 5 values" in result.err
    assert yaml.safe_load(result.out) == yaml.safe_load(TODAY)


def test_what_is_wrong_with_the_new_values_is_said_too(convert, tmp_path):
    (tmp_path / "old.yaml").write_text(TODAY.replace("CeleryExecutor", "KubernetesExecutor"))
    result = convert("old.yaml")
    assert result.status == 0
    assert "Worth a look" in result.err
    assert "logs.persistence.enabled: the logs of tasks are lost with their pods" in result.err


def test_a_change_that_leaves_nothing_to_do_ends_with_0(convert, tmp_path):
    (tmp_path / "old.yaml").write_text(TODAY + "workers: {replicas: 3}\n")
    assert convert("old.yaml").status == 0


def test_standard_input_is_read(convert):
    result = convert("-", given=TODAY.encode())
    assert result.status == 0
    assert "standard input is today's already" in result.err


def test_an_output_file_is_written_and_never_over_another_unasked(convert, tmp_path):
    (tmp_path / "old.yaml").write_text(OLD)
    assert convert("old.yaml", "--output", "new.yaml").status == 1
    written = (tmp_path / "new.yaml").read_text()
    assert written.startswith("# Values of the official Airflow chart, 1.22.0; converted from old.yaml.\n")
    (tmp_path / "new.yaml").write_text("mine")
    refused = convert("old.yaml", "--output", "new.yaml")
    assert refused.status == 2
    assert "new.yaml exists already" in refused.err
    assert (tmp_path / "new.yaml").read_text() == "mine"
    assert convert("old.yaml", "--output", "new.yaml", "--force").status == 1
    assert (tmp_path / "new.yaml").read_text() == written
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.yaml", "old.yaml"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nowhere.yaml"], "nowhere.yaml cannot be read: No such file or directory"),
        (["."], "cannot be read: Is a directory"),
        (["list.yaml"], "list.yaml is not a values file: it is a sequence, not a mapping"),
        (["old.yaml", "--output", "nowhere/new.yaml"], "nowhere/new.yaml cannot be written"),
        (["old.yaml", "--output", "."], "cannot be written"),
        ([], "OLD.yaml"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(convert, tmp_path, arguments, reason):
    (tmp_path / "old.yaml").write_text(OLD)
    (tmp_path / "list.yaml").write_text("- a\n")
    result = convert(*arguments)
    assert result.status == 2
    assert reason in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""


def test_the_help_shows_examples_that_can_be_copied(convert):
    assert "airflowkit convert-values old.yaml --output deploy/values.yaml" in convert("--help").out


def test_converting_imports_neither_airflow_nor_kubernetes(tmp_path):
    import subprocess

    (tmp_path / "old.yaml").write_text(OLD)
    script = (
        "import sys; sys.argv = ['airflowkit', 'convert-values', 'old.yaml']\n"
        "from airflowkit.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'airflow', 'kubernetes'} & set(sys.modules)), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stderr.splitlines()[-1] == "[]"
    assert (tmp_path / "old.yaml").read_text() == OLD
