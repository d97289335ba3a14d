"""Parse time of the same pods, written for the plain operator, for `pod_task`, for dag-factory and for blueprint.

    python benchmarks/peers.py [DAGS] [ROUNDS]

Each side has the same number of DAGs of five pods, and a process of its own that has imported Airflow, the operator and
the peers: imports, which all sides share, do not count. The sides take turns; the best round of each counts, in CPU
time. The peers are installed into a temporary folder, in the versions below, without their dependencies: Airflow has
those.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

PEERS: Final = ("dag-factory==1.1.0", "airflow-blueprint==0.5.0")
PODS: Final = 5
OPERATOR: Final = "airflow.providers.cncf.kubernetes.operators.pod.KubernetesPodOperator"
IMPORT_RAW: Final = "from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator"
HEAD: Final = """\
from datetime import datetime
from airflow.sdk import DAG
"""
DAG: Final = 'with DAG("{side}_{number}", schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False):\n'
ARGUMENTS: Final = (
    'image="registry.example.com/orders:1.4.2", cmds=["python", "-m", "orders"], '
    'arguments=["--step", f"{step}"], env_vars={"LOG_LEVEL": "info"}'
)
LOOP: Final = f"    for step in range({PODS}):\n        "
RAW: Final = f'{LOOP}KubernetesPodOperator(task_id=f"step_{{step}}", namespace="airflow", {ARGUMENTS})\n'
CHECKED: Final = f'{LOOP}pod_task(f"step_{{step}}", namespace="airflow", {ARGUMENTS})\n'
FACTORY: Final = "from pathlib import Path\nfrom dagfactory import load_yaml_dags\n"
BLUEPRINT: Final = f"""\
{IMPORT_RAW}
from blueprint import BaseModel, Blueprint


class PodConfig(BaseModel):
    step: int


class Pod(Blueprint[PodConfig]):
    def render(self, config):
        step = config.step
        return KubernetesPodOperator(task_id=self.step_id, namespace="airflow", {ARGUMENTS})
"""
LOADER: Final = """\
# airflow, dag
from blueprint import build_all_airflow_dags

build_all_airflow_dags()
"""
TIMED: Final = """
import logging, sys, time
from pathlib import Path
import airflow.sdk, airflowkit
from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
airflowkit.pod_task
for name in ("dagfactory", "blueprint"):
    try: __import__(name)
    except ModuleNotFoundError: pass
from airflow.dag_processing.dagbag import DagBag
logging.disable(logging.CRITICAL)
before = time.process_time()
bag = DagBag(dag_folder=sys.argv[1])
took = time.process_time() - before
assert not bag.import_errors, bag.import_errors
print(took, len(bag.dags), sum(len(dag.tasks) for dag in bag.dags.values()))
"""


def write_python(folder: Path, side: str, dags: int, imports: str, body: str) -> None:
    """Write a DAG file for each DAG."""
    for number in range(dags):
        text = HEAD + imports + "\n" + DAG.format(side=side, number=number) + body
        (folder / f"{side}_{number}.py").write_text(text, encoding="utf-8")


def write_factory(folder: Path, dags: int) -> None:
    """Write a YAML file for each DAG, and the Python file that dag-factory's documentation loads it with."""
    for number in range(dags):
        tasks = "".join(
            f"    step_{step}:\n      operator: {OPERATOR}\n      namespace: airflow\n"
            f"      image: registry.example.com/orders:1.4.2\n      cmds: [python, -m, orders]\n"
            f'      arguments: [--step, "{step}"]\n      env_vars: {{LOG_LEVEL: info}}\n'
            for step in range(PODS)
        )
        name = f"factory_{number}"
        head = f'{name}:\n  schedule: "@daily"\n  catchup: false\n  default_args: {{start_date: 2026-01-01}}\n'
        (folder / f"{name}.yml").write_text(f"{head}  tasks:\n{tasks}", encoding="utf-8")
        load = 'load_yaml_dags(globals_dict=globals(), config_filepath=str(Path(__file__).with_suffix(".yml")))\n'
        (folder / f"{name}.py").write_text(f"# airflow, dag\n{FACTORY}{load}", encoding="utf-8")


def write_blueprint(folder: Path, dags: int) -> None:
    """Write a YAML file for each DAG, the template that their steps use, and the one file that builds them all."""
    (folder / "pods.py").write_text(BLUEPRINT, encoding="utf-8")
    (folder / "loader.py").write_text(LOADER, encoding="utf-8")
    for number in range(dags):
        steps = "".join(f"  step_{step}: {{blueprint: pod, step: {step}}}\n" for step in range(PODS))
        text = f'dag_id: blueprint_{number}\nschedule: "@daily"\nsteps:\n{steps}'
        (folder / f"blueprint_{number}.dag.yaml").write_text(text, encoding="utf-8")


def seconds(folder: Path, environment: dict[str, str], dags: int) -> float:
    """Return the CPU time in which a process that has imported everything parses a folder."""
    command = [sys.executable, "-c", TIMED, str(folder)]
    environment = environment | {"AIRFLOW__CORE__DAGS_FOLDER": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode:
        sys.exit(done.stderr)
    took, found, tasks = done.stdout.split()[-3:]
    if (int(found), int(tasks)) != (dags, dags * PODS):
        sys.exit(f"{folder.name}: {found} DAGs with {tasks} tasks\n{done.stderr}")
    return float(took)


def main(dags: int = 100, rounds: int = 3) -> None:
    with tempfile.TemporaryDirectory(prefix="airflowkit-benchmark-") as scratch:
        root = Path(scratch)
        install = ["uv", "pip", "install", "--quiet", "--no-deps", "--python", sys.executable]
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "AIRFLOW_HOME": str(root / "airflow"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PYTHONPATH": str(root / "peers"),
            "DO_NOT_TRACK": "1",
        }
        subprocess.run([*install, "--target", str(root / "peers"), *PEERS], env=environment, check=True)
        sides = ("raw", "pod_task", *PEERS)
        folders = {side: root / side.partition("==")[0] for side in sides}
        for folder in folders.values():
            folder.mkdir()
        write_python(folders["raw"], "raw", dags, IMPORT_RAW, RAW)
        write_python(folders["pod_task"], "checked", dags, "from airflowkit import pod_task", CHECKED)
        write_factory(folders[PEERS[0]], dags)
        write_blueprint(folders[PEERS[1]], dags)
        turns = [{side: seconds(folders[side], environment, dags) for side in sides} for _ in range(rounds)]
    best = {side: min(turn[side] for turn in turns) for side in sides}
    print(f"{dags} DAGs of {PODS} pods, parsed in a process that has imported everything, best of {rounds}, CPU time")
    for side, took in best.items():
        print(f"{side:<26}{took / dags * 1000:6.1f} ms a DAG   {took / best['raw']:.2f} of raw")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
