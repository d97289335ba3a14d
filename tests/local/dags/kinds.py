"""One DAG with a pod of each kind, for the local run and for a real cluster."""

from datetime import timedelta

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.providers.cncf.kubernetes.secret import Secret
from airflow.sdk import DAG, task
from kubernetes.client import models as k8s

COMMON = {
    "image": "localhost/busybox:1",
    "namespace": "default",
    "startup_check_interval_seconds": 1,
    "log_pod_spec_on_failure": False,
}


def pod(task_id, script, **arguments):
    command = {"cmds": ["sh", "-c"], "arguments": [script]}
    return KubernetesPodOperator(task_id=task_id, **COMMON | command | arguments)


def shared(claim):
    return {
        "volumes": [
            k8s.V1Volume(name="data", persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name=claim))
        ],
        "volume_mounts": [k8s.V1VolumeMount(name="data", mount_path="/data/in")],
    }


def empty(name, path):
    return {
        "volumes": [k8s.V1Volume(name=name, empty_dir=k8s.V1EmptyDirVolumeSource())],
        "volume_mounts": [k8s.V1VolumeMount(name=name, mount_path=path)],
    }


XCOM = "echo '{\"rows\": 3}' > /airflow/xcom/return.json; echo done"

with DAG("kinds", schedule=None):
    pod("sync", "echo to stdout; echo to stderr >&2")
    pushing = pod("pushing", XCOM, do_xcom_push=True)
    pod("pulling", "echo rows={{ ti.xcom_pull('pushing')['rows'] }}").set_upstream(pushing)
    pod("deferred", "sleep 1; echo late", deferrable=True, poll_interval=0.5)
    pod("deferred_pushing", XCOM, deferrable=True, poll_interval=0.5, do_xcom_push=True)
    KubernetesPodOperator.partial(task_id="mapped", cmds=["sh", "-c"], **COMMON).expand(
        arguments=[["echo one"], ["echo two"], ["echo three; exit 1"]]
    )
    pod(
        "retried",
        "echo attempt {{ ti.try_number }}; test {{ ti.try_number }} = 2",
        retries=1,
        retry_delay=timedelta(seconds=1),
    )

    failing = pod("failing", "echo before the end; exit 3")
    pod("never", "echo never").set_upstream(failing)
    pod("skipping", "exit 99", skip_on_exit_code=99)
    pod("no_such_command", "", cmds=["no-such-command"], arguments=[])
    pod("killed", "echo bye; sh -c 'kill -9 $$$$'; exit $?")
    pod("late", "echo waiting; sleep 60", active_deadline_seconds=2, termination_grace_period=1)

    pod(
        "environment",
        'echo "$PLAIN $COMBINED $ESCAPED $USER_THERE $NAME $FROM_SECRET $ALL_user $SETTING"; '
        "env | grep HOME_OF_THE_USER || true",
        env_vars=[
            k8s.V1EnvVar(name="PLAIN", value="plain"),
            k8s.V1EnvVar(name="COMBINED", value="<$(PLAIN)>"),
            k8s.V1EnvVar(name="ESCAPED", value="$$(PLAIN)"),
            k8s.V1EnvVar(name="USER_THERE", value="$(ALL_user)$(NOTHING)"),
            k8s.V1EnvVar(
                name="NAME",
                value_from=k8s.V1EnvVarSource(field_ref=k8s.V1ObjectFieldSelector(field_path="metadata.namespace")),
            ),
            k8s.V1EnvVar(
                name="SETTING",
                value_from=k8s.V1EnvVarSource(
                    config_map_key_ref=k8s.V1ConfigMapKeySelector(name="kinds", key="setting")
                ),
            ),
        ],
        env_from=[k8s.V1EnvFromSource(prefix="ALL_", secret_ref=k8s.V1SecretEnvSource(name="kinds"))],
        secrets=[Secret("env", "FROM_SECRET", "kinds", "password")],
    )
    pod("expanded", "echo '$(WORD) $$(WORD) $(NOTHING)'", env_vars={"WORD": "word"})
    pod(
        "secret_files",
        "cat /etc/kinds/tls/password; echo; echo x > /etc/kinds/tls/y || echo read-only",
        secrets=[Secret("volume", "/etc/kinds/tls", "kinds")],
    )
    pod(
        "private",
        "echo mine > /scratch/file; echo mine > /tmp/file; cat /scratch/file /tmp/file",
        **empty("s", "/scratch"),
    )
    pod(
        "nothing_left", "test ! -e /scratch/file && test ! -e /tmp/file && echo nothing", **empty("s", "/scratch")
    ).set_upstream(pod("private_again", "echo x > /scratch/file; echo x > /tmp/file", **empty("s", "/scratch")))
    pod(
        "prepared",
        "cat /stage/first /stage/second; pwd",
        init_containers=[
            k8s.V1Container(
                name=name,
                image=COMMON["image"],
                command=["sh", "-c", f"test {number} = $(ls /stage | wc -l) && echo {name} > /stage/{name}"],
                volume_mounts=[k8s.V1VolumeMount(name="work", mount_path="/stage")],
            )
            for number, name in enumerate(("first", "second"))
        ],
        full_pod_spec=k8s.V1Pod(
            metadata=k8s.V1ObjectMeta(),
            spec=k8s.V1PodSpec(containers=[k8s.V1Container(name="base", working_dir="/stage/deep/er")]),
        ),
        **empty("work", "/stage"),
    )
    pod(
        "ill_prepared",
        "echo never",
        init_containers=[
            k8s.V1Container(name="broken", image=COMMON["image"], command=["sh", "-c", "echo no; exit 4"])
        ],
    )
    pod("no_secret", "echo never", secrets=[Secret("env", "X", "nowhere", "key")], startup_timeout_seconds=3)
    pod("no_key", "echo never", secrets=[Secret("env", "X", "kinds", "nothing")], startup_timeout_seconds=3)

    @task
    def plain_python():
        print("from python")
        return 1

    plain_python()

with DAG("sharing", schedule=None):
    write = pod("write", "echo shared > /data/in/file", **shared("claim"))
    read = pod("read", "cat /data/in/file", **shared("claim"))
    other = pod("other", "ls /data/in | wc -l", **shared("another"))
    write >> [read, other]
