"""A contract and a real cluster: with everything there no finding, with one thing removed exactly that finding."""

from contextlib import suppress

import pytest

from airflowkit.contract.document import Contract
from airflowkit.contract.needs import Kind, Need, Permission, TaskNeeds
from airflowkit.deploy.doctor.cluster.comparison import Comparison

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning"),
]
NS = "contract-tests"
CLASS = "contract-tests-high"
LABEL = "contract-tests/pool"
ACCOUNT = "contract-loader"
NEEDS = (
    Need(NS, Kind.SECRET, "orders-db", "password"),
    Need(NS, Kind.SECRET, "orders-db", "user"),
    Need(NS, Kind.SECRET, "orders-tls"),
    Need(NS, Kind.SECRET, "absent", "key", optional=True),
    Need(NS, Kind.SECRET, "{{ params.secret }}", "key", at_run_time=True),
    Need(NS, Kind.CONFIG_MAP, "orders", "region"),
    Need(NS, Kind.SERVICE_ACCOUNT, ACCOUNT),
    Need(NS, Kind.CLAIM, "orders-data"),
    Need(NS, Kind.PULL_SECRET, "regcred"),
    Need("", Kind.NODE, f"{LABEL}=etl"),
    Need("", Kind.PRIORITY_CLASS, CLASS),
    Need("", Kind.RUNTIME_CLASS, CLASS),
    Need("", Kind.STORAGE_CLASS, CLASS),
)
PERMISSIONS = tuple(Permission(NS, "", "pods", verb) for verb in ("create", "get"))
SECRETS = {
    "orders-db": {"stringData": {"password": "hunter2", "user": "etl"}},
    "orders-tls": {"stringData": {"tls.crt": "hunter2"}},
    "regcred": {"type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": '{"auths": {}}'}},
}


@pytest.fixture(scope="module")
def core():
    from kubernetes import client, config

    config.load_kube_config()
    return client.CoreV1Api()


def _create(call, *arguments):
    from kubernetes.client import ApiException

    try:
        call(*arguments)
    except ApiException as error:
        if error.status != 409:
            raise


@pytest.fixture(scope="module", autouse=True)
def everything(core):
    """All that the contract names, in a namespace of its own."""
    from kubernetes import client

    _create(core.create_namespace, {"metadata": {"name": NS}})
    for name in SECRETS:
        _restore_secret(core, name)
    _create(core.create_namespaced_config_map, NS, {"metadata": {"name": "orders"}, "data": {"region": "eu"}})
    _create(core.create_namespaced_service_account, NS, {"metadata": {"name": ACCOUNT}})
    _create(core.create_namespaced_persistent_volume_claim, NS, _claim())
    _of_cluster(create=True)
    _bind(("create", "get"))
    _label(core, "etl")
    yield
    _label(core, None)
    _of_cluster(create=False)
    with suppress(client.ApiException):
        core.delete_namespace(NS)


def _claim():
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}, "storageClassName": "none"}
    return {"metadata": {"name": "orders-data"}, "spec": spec}


def _restore_secret(core, name):
    from kubernetes import client

    with suppress(client.ApiException):
        core.delete_namespaced_secret(name, NS)
    core.create_namespaced_secret(NS, {"metadata": {"name": name}, **SECRETS[name]})


def _label(core, value):
    (node, *_) = core.list_node().items
    core.patch_node(node.metadata.name, {"metadata": {"labels": {LABEL: value}}})


def _classes():
    from kubernetes import client

    meta = {"metadata": {"name": CLASS}}
    scheduling, node, storage = client.SchedulingV1Api(), client.NodeV1Api(), client.StorageV1Api()
    return {
        "priority": (scheduling.create_priority_class, scheduling.delete_priority_class, {**meta, "value": 1}),
        "runtime": (node.create_runtime_class, node.delete_runtime_class, {**meta, "handler": "runc"}),
        "storage": (
            storage.create_storage_class,
            storage.delete_storage_class,
            {**meta, "provisioner": "example.com/x"},
        ),
    }


def _of_cluster(*, create):
    from kubernetes import client

    for made, deleted, body in _classes().values():
        if create:
            _create(made, body)
        else:
            with suppress(client.ApiException):
                deleted(CLASS)


def _bind(verbs):
    from kubernetes import client

    rbac = client.RbacAuthorizationV1Api()
    with suppress(client.ApiException):
        rbac.delete_namespaced_role("pods", NS)
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": list(verbs)}]
    rbac.create_namespaced_role(NS, {"metadata": {"name": "pods"}, "rules": rules})
    subjects = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": NS}]
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pods"}
    _create(
        rbac.create_namespaced_role_binding,
        NS,
        {"metadata": {"name": "pods"}, "roleRef": reference, "subjects": subjects},
    )


def _findings(needs=NEEDS, *, namespace=NS):
    from airflowkit.deploy.doctor.cluster.live import LiveCluster

    task = TaskNeeds("orders_daily", "extract", needs, PERMISSIONS)
    comparison = Comparison(Contract.of([task]), LiveCluster(), namespace, {f"{NS}:{ACCOUNT}": False})
    found = list(comparison.findings())
    assert comparison.refused == {}
    assert not [each for each in found if "hunter2" in repr(each)]
    return [(each.code, each.subject) for each in found]


def test_with_everything_there_nothing_is_found():
    assert _findings() == []


def _without_secret(core, name):
    core.delete_namespaced_secret(name, NS)
    return lambda: _restore_secret(core, name)


def _without_key(core):
    core.patch_namespaced_secret("orders-db", NS, {"data": {"password": None}})
    return lambda: _restore_secret(core, "orders-db")


def _pull_secret_of_another_type(core):
    core.delete_namespaced_secret("regcred", NS)
    core.create_namespaced_secret(NS, {"metadata": {"name": "regcred"}, "stringData": {".dockerconfigjson": "{}"}})
    return lambda: _restore_secret(core, "regcred")


def _without_config_map(core):
    core.delete_namespaced_config_map("orders", NS)
    body = {"metadata": {"name": "orders"}, "data": {"region": "eu"}}
    return lambda: core.create_namespaced_config_map(NS, body)


def _without_config_key(core):
    core.patch_namespaced_config_map("orders", NS, {"data": {"region": None, "zone": "b"}})
    return lambda: core.patch_namespaced_config_map("orders", NS, {"data": {"region": "eu", "zone": None}})


def _without_account(core):
    core.delete_namespaced_service_account(ACCOUNT, NS)
    return lambda: core.create_namespaced_service_account(NS, {"metadata": {"name": ACCOUNT}})


def _without_claim(core):
    core.patch_namespaced_persistent_volume_claim("orders-data", NS, {"metadata": {"finalizers": None}})
    core.delete_namespaced_persistent_volume_claim("orders-data", NS)
    return lambda: core.create_namespaced_persistent_volume_claim(NS, _claim())


def _without_label(core):
    _label(core, "web")
    return lambda: _label(core, "etl")


def _without_class(kind):
    def remove(_core):
        made, deleted, body = _classes()[kind]
        deleted(CLASS)
        return lambda: made(body)

    return remove


def _without_verb(_core):
    _bind(("get",))
    return lambda: _bind(("create", "get"))


REMOVALS = {
    "secret": (lambda core: _without_secret(core, "orders-db"), ("AD301", "Secret orders-db")),
    "whole secret": (lambda core: _without_secret(core, "orders-tls"), ("AD301", "Secret orders-tls")),
    "key": (_without_key, ("AD302", "Secret orders-db")),
    "config map": (_without_config_map, ("AD303", "ConfigMap orders")),
    "config map's key": (_without_config_key, ("AD304", "ConfigMap orders")),
    "service account": (_without_account, ("AD305", f"ServiceAccount {ACCOUNT}")),
    "claim": (_without_claim, ("AD306", "PersistentVolumeClaim orders-data")),
    "pull secret": (lambda core: _without_secret(core, "regcred"), ("AD307", "image pull Secret regcred")),
    "pull secret's type": (_pull_secret_of_another_type, ("AD308", "image pull Secret regcred")),
    "priority class": (_without_class("priority"), ("AD309", f"PriorityClass {CLASS}")),
    "node's label": (_without_label, ("AD310", f"Node with {LABEL}=etl")),
    "runtime class": (_without_class("runtime"), ("AD311", f"RuntimeClass {CLASS}")),
    "storage class": (_without_class("storage"), ("AD311", f"StorageClass {CLASS}")),
    "verb": (_without_verb, ("AD312", f"ServiceAccount {ACCOUNT}")),
}


@pytest.mark.parametrize("removed", REMOVALS)
def test_with_one_thing_removed_exactly_that_is_found(core, removed):
    remove, finding = REMOVALS[removed]
    restore = remove(core)
    try:
        assert _findings() == [finding]
    finally:
        restore()


def test_a_namespace_that_is_missing_is_one_finding():
    from airflowkit.deploy.doctor.cluster.live import LiveCluster

    needs = (Need("contract-absent", Kind.SECRET, "a"), Need("contract-absent", Kind.CLAIM, "b"))
    contract = Contract.of([TaskNeeds("orders_daily", "extract", needs)])
    found = list(Comparison(contract, LiveCluster(), NS).findings())
    assert [(each.code, each.subject) for each in found] == [("AD313", "namespace contract-absent")]


def test_keys_are_known_where_managed_fields_were_removed(core):
    from airflowkit.deploy.doctor.cluster.live import LiveCluster

    core.patch_namespaced_secret("orders-tls", NS, {"metadata": {"managedFields": [{}]}})
    assert not core.read_namespaced_secret("orders-tls", NS).metadata.managed_fields
    thing = LiveCluster().find(Kind.SECRET, NS, "orders-tls")
    assert thing is not None
    assert thing.keys == {"tls.crt"}


def test_the_export_that_doctor_prints_has_no_value_and_is_judged_like_the_cluster(tmp_path, core):
    import subprocess

    from airflowkit.deploy.doctor.cluster.exported import ExportedCluster, export_command

    subprocess.run(["bash", "-ec", export_command([NS])], cwd=tmp_path, check=True, timeout=120)
    text = (tmp_path / "cluster.yaml").read_text()
    assert "hunter2" not in text
    assert "aHVudGVyMg" not in text  # nor encoded
    task = TaskNeeds("orders_daily", "extract", NEEDS, PERMISSIONS)
    more = TaskNeeds("orders_daily", "load", (Need(NS, Kind.SECRET, "orders-db", "token"),))
    comparison = Comparison(Contract.of([task, more]), ExportedCluster(tmp_path / "cluster.yaml"), NS)
    assert [(each.code, each.subject) for each in comparison.findings()] == [("AD302", "Secret orders-db")]
    assert comparison.refused == {}
