"""Values, right and wrong, for each keyword of a call: what the generated tests choose from."""

from __future__ import annotations

from typing import Any

from airflow.providers.cncf.kubernetes.secret import Secret
from kubernetes.client import models as k8s

NAMES = ["a", "my-name", "a.b", "A", "a_b", "", "-a", "a-", "x" * 63, "x" * 64, "x" * 254, "a b", "1", "é", "a..b"]
LABELS = [*NAMES, "A_b.c", "_a", "a_"]
KEYS = [*LABELS, "x.y/a", "X/a", "/a", "a/", "a/b/c"]
ENV_NAMES = ["A", "a1", "A_B", "A B", "A=B", "1A", "a.b", "a-b", "é", "", "..", "."]
AMOUNTS = [
    "1",
    "500m",
    "0",
    "-1",
    "1.5",
    "abc",
    "",
    "1 Gi",
    "512Mi",
    "512m",
    "2Gi",
    "1e3",
    "1Gb",
    "16",
    ".5",
    "1E",
    "1Ki",
    2,
    0.5,
]
PATHS = ["/a", "/a/b", "a", "", "/a:b", "/"]
SUB_PATHS = ["a", "/a", "../a", "a/..", "a/b", "", "..a"]


def _volume(**source: Any) -> k8s.V1Volume:
    return k8s.V1Volume(name="v", **source)


def _claim(name: str = "c") -> k8s.V1Volume:
    return _volume(persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name=name))


def _terms(*expressions: dict[str, Any]) -> dict[str, Any]:
    required = {"nodeSelectorTerms": [{"matchExpressions": list(expressions)}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def _pods(**term: Any) -> dict[str, Any]:
    return {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def _env(**source: Any) -> list[k8s.V1EnvVar]:
    return [k8s.V1EnvVar(name="X", value_from=k8s.V1EnvVarSource(**source))]


VALUES: dict[str, list[Any]] = {
    "image": [
        "a:1",
        "registry.example.com/a/b:1",
        " a",
        "a ",
        "",
        "a@sha256:" + "0" * 64,
        "a b",
        "A:1",
        "host:5000/a:TAG",
    ],
    "name": ["job", "My_Pod", "a.b", "x" * 200, "My Pod!", "a..b"],
    "cmds": [["a"], [], ["sh", "-c", "x"], "sh -c x", [1], [None], ["{{ ds }}"]],
    "arguments": [["a", "b"], ["{{ ds }}"], [5], [True], {"a": 1}, [[]]],
    "image_pull_policy": ["Always", "IfNotPresent", "Never", "always", "x"],
    "labels": [{key: "v"} for key in KEYS] + [{"k": value} for value in LABELS] + [{"k": 1}, {"k": True}, {}],
    "annotations": [{key: "v"} for key in KEYS] + [{"k": 1}, {"k": "é\n" * 100}, {"X.Y/a": ""}],
    "node_selector": [{key: "v"} for key in KEYS] + [{"k": value} for value in LABELS] + [{"k": True}],
    "env_vars": [{name: "x"} for name in ENV_NAMES]
    + [{"A": 1}, {"A": True}, {"A": None}, {"A": ""}, {"A": "x" * 5000}, {"A": []}, {"A": 0.5}]
    + [[{"name": "A", "value": "x"}], [{"value": "x"}], ["A=x"], [("A", "x")], [k8s.V1EnvVar(name="A", value="x")]]
    + [
        _env(field_ref=k8s.V1ObjectFieldSelector(field_path=path))
        for path in (
            "metadata.name",
            "metadata.labels['a']",
            "status.phase",
            "x",
            "metadata.labels['a b']",
            "status.podIP",
        )
    ]
    + [
        _env(resource_field_ref=k8s.V1ResourceFieldSelector(resource=name))
        for name in ("limits.cpu", "requests.memory", "gpu", "limits.x")
    ]
    + [_env(secret_key_ref=k8s.V1SecretKeySelector(name=name, key="k")) for name in NAMES]
    + [_env(config_map_key_ref=k8s.V1ConfigMapKeySelector(name="c", key=key)) for key in (*NAMES, "..", "a/b")],
    "configmaps": [[name] for name in NAMES],
    "env_from": [[k8s.V1EnvFromSource(prefix=name, secret_ref=k8s.V1SecretEnvSource(name="s"))] for name in ENV_NAMES]
    + [[k8s.V1EnvFromSource()], ["a"], [{"configMapRef": {"name": "c"}}]],
    "secrets": [[Secret("env", "S", name, "k")] for name in NAMES]
    + [[Secret("env", "S", "s", key)] for key in ("k", "a/b", "..", "A.b-c_d")]
    + [[Secret("volume", path, "s")] for path in PATHS]
    + [[Secret("env", None, "s")], ["s"], Secret("volume", "/s", "s")],
    "container_resources": [
        k8s.V1ResourceRequirements(requests={name: amount}) for name in ("cpu", "memory") for amount in AMOUNTS
    ]
    + [
        k8s.V1ResourceRequirements(limits={name: amount})
        for name in ("cpu", "memory", "ephemeral-storage")
        for amount in AMOUNTS
    ]
    + [
        k8s.V1ResourceRequirements(requests={"memory": one}, limits={"memory": two})
        for one in ("1Gi", "512Mi", "1024Mi")
        for two in ("1Gi", "2Gi", "256Mi")
    ]
    + [
        k8s.V1ResourceRequirements(limits=limits)
        for limits in (
            {"nvidia.com/gpu": "1"},
            {"nvidia.com/gpu": "0.5"},
            {"gpu": "1"},
            {"memmory": "1Gi"},
            {"a/b": 2},
            {"X/y": 1},
        )
    ]
    + [
        k8s.V1ResourceRequirements(requests={"nvidia.com/gpu": "1"}),
        {"limits": {"cpu": "1"}},
        {"limit": {"cpu": "1"}},
        {"limits": {"hugepages-2Mi": "4Mi", "memory": "1Gi"}},
        {"limits": {"hugepages-2Mi": "3Mi", "memory": "1Gi"}},
        {"limits": {"hugepages-2Mi": "4Mi"}},
        "small-typo",
    ],
    "ports": [
        [k8s.V1ContainerPort(container_port=number, **more)]
        for number in (1, 80, 65535, 0, 65536, -1)
        for more in (
            {},
            {"name": "http"},
            {"name": "HTTP"},
            {"protocol": "UDP"},
            {"protocol": "udp"},
            {"host_port": 80},
        )
    ],
    "tolerations": [
        [k8s.V1Toleration(key=key, operator=operator, value=value, effect=effect)]
        for key in ("a", None, "a b")
        for operator in ("Exists", "Equal", None, "exist")
        for value in (None, "x", "x y")
        for effect in (None, "NoSchedule", "NoExec")
    ]
    + [
        [k8s.V1Toleration(key="a", operator="Exists", effect=effect, toleration_seconds=5)]
        for effect in (None, "NoExecute")
    ],
    "affinity": [
        _terms({"key": key, "operator": operator, **({"values": values} if values is not None else {})})
        for key in ("a", "a b")
        for operator in ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "in")
        for values in (None, [], ["b"], ["1"], ["1", "2"])
    ]
    + [_pods(topologyKey=key) for key in ("kubernetes.io/hostname", "", "a b")]
    + [
        _pods(topologyKey="zone", labelSelector={"matchLabels": labels})
        for labels in ({"a": "b"}, {"a b": "c"}, {"a": "b c"})
    ]
    + [_pods(), {}, {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}}],
    "security_context": [
        {key: value}
        for key in ("runAsUser", "runAsGroup", "fsGroup")
        for value in (0, 1000, -1, 2**31 - 1, 2**31, "1000")
    ]
    + [
        {"runAsNonRoot": True},
        {"runAsNonRoot": "true"},
        {"runAsNonRot": True},
        {"supplementalGroups": [1]},
        {"supplementalGroups": 1},
    ]
    + [{"fsGroupChangePolicy": policy} for policy in ("Always", "OnRootMismatch", "never")]
    + [
        {"seccompProfile": profile}
        for profile in ({"type": "RuntimeDefault"}, {"type": "Localhost"}, {"type": "x"}, {})
    ]
    + [{"sysctls": [{"name": name, "value": "1"}]} for name in ("net.core.somaxconn", "A b")],
    "container_security_context": [
        {"privileged": True},
        {"privileged": True, "allowPrivilegeEscalation": False},
        {"capabilities": {"add": ["NET_ADMIN"]}},
        {"capabilities": {"add": "NET_ADMIN"}},
        {"readOnlyRootFilesystem": True},
        {"procMount": "Unmasked"},
        {"fsGroup": 1},
        {"runAsUser": "1000"},
    ],
    "hostname": NAMES,
    "subdomain": NAMES,
    "image_pull_secrets": ["a", "a,b", [k8s.V1LocalObjectReference(name="a")], ["a"], [{"name": "a"}], [{"nam": "a"}]],
    "dnspolicy": ["Default", "ClusterFirst", "None", "clusterFirst"],
    "dns_config": [{"nameservers": servers} for servers in (["1.2.3.4"], ["x"], ["1.2.3.4"] * 4, [])]
    + [{"searches": searches} for searches in (["a.b"], ["A"], ["a"] * 33)]
    + [k8s.V1PodDNSConfig(options=[k8s.V1PodDNSConfigOption(name="ndots", value="2")])],
    "host_aliases": [[k8s.V1HostAlias(ip=ip, hostnames=["a"])] for ip in ("1.2.3.4", "x", "::1", "1.2.3")]
    + [[k8s.V1HostAlias(ip="1.2.3.4", hostnames=[name])] for name in NAMES],
    "hostnetwork": [True, False],
    "active_deadline_seconds": [1, 60, -1, 2**31 - 1, 2**31, "60", 1.5],
    "termination_grace_period": [0, 30, "30"],
    "runtime_class_name": ["A_b"],
    "base_container_name": NAMES[:-1],
    "init_containers": [
        [k8s.V1Container(name=name, image=image, **more)]
        for name in ("init", "base", "I")
        for image in ("a", None, "")
        for more in (
            {},
            {"restart_policy": "Always"},
            {"readiness_probe": k8s.V1Probe(_exec=k8s.V1ExecAction(command=["a"]))},
            {"volume_mounts": [k8s.V1VolumeMount(name="none", mount_path="/a")]},
        )
    ],
    "full_pod_spec": [
        k8s.V1Pod(spec=k8s.V1PodSpec(containers=[], **more))
        for more in (
            {"priority": 0},
            {
                "topology_spread_constraints": [
                    k8s.V1TopologySpreadConstraint(max_skew=1, topology_key="zone", when_unsatisfiable="DoNotSchedule")
                ]
            },
            {
                "topology_spread_constraints": [
                    k8s.V1TopologySpreadConstraint(max_skew=0, topology_key="zone", when_unsatisfiable="x")
                ]
            },
            {"share_process_namespace": True},
            {"host_pid": True, "share_process_namespace": True},
            {"readiness_gates": [k8s.V1PodReadinessGate(condition_type="a b")]},
            {"volumes": [_claim()]},
            {"volumes": [k8s.V1Volume(name="V_", empty_dir=k8s.V1EmptyDirVolumeSource())]},
        )
    ],
}
"""By keyword."""

MOUNTED: list[tuple[Any, Any]] = [
    (volume, k8s.V1VolumeMount(name="v", mount_path=path, sub_path=sub_path))
    for volume in (
        _claim(),
        _volume(empty_dir=k8s.V1EmptyDirVolumeSource()),
        _volume(empty_dir=k8s.V1EmptyDirVolumeSource(size_limit="1Gb")),
        _volume(secret=k8s.V1SecretVolumeSource(secret_name="s", default_mode=0o400)),
        _volume(secret=k8s.V1SecretVolumeSource(secret_name="s", default_mode=644)),
        _volume(config_map=k8s.V1ConfigMapVolumeSource(name="c", items=[k8s.V1KeyToPath(key="a", path="../b")])),
        _volume(host_path=k8s.V1HostPathVolumeSource(path="/a", type="Directory")),
        _volume(host_path=k8s.V1HostPathVolumeSource(path="/a/../b")),
        _volume(nfs=k8s.V1NFSVolumeSource(server="s", path="b")),
        _volume(csi=k8s.V1CSIVolumeSource(driver="a_b")),
        k8s.V1Volume(name="w", empty_dir=k8s.V1EmptyDirVolumeSource()),
    )
    for path in PATHS
    for sub_path in (None, *SUB_PATHS)
]
"""A volume and its mount."""
