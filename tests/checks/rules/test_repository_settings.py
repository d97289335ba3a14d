import subprocess
import sys

from airflows import for_this_airflow


def test_the_settings_of_a_dags_repository_apply_while_it_is_checked(tmp_path):
    (tmp_path / "airflowkit.toml").write_text(
        '[pod]\nresources = "small"\n[resources.small]\ncpu = 1\nmemory = "1Gi"\n'
    )
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags/a.py").write_text(
        for_this_airflow(
            "from airflow.sdk import DAG\nfrom airflowkit import pod_task\n"
            "with DAG('a', schedule=None):\n    pod_task('x', image='busybox:1.37')\n"
        )
    )
    command = [sys.executable, "-m", "airflowkit", "check"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "AK401" not in result.stdout
    assert "1 DAG checked" in result.stdout, result.stderr
