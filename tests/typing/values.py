"""Value classes that must and must not type-check."""

from __future__ import annotations

from airflowkit import (
    ClaimVolume,
    ConfigMapEnv,
    ConfigMapVolume,
    EmptyDirVolume,
    FieldEnv,
    Resources,
    SecretEnv,
    SecretEnvFrom,
    SecretVolume,
)

Resources(cpu=0.5, memory="1Gi", memory_limit="2Gi", ephemeral_storage="1Gi", gpu=1, extended={"example.com/x": 1})
SecretVolume("/etc/tls", secret="tls", items={"tls.crt": "server.crt"}, mode=0o400)
EmptyDirVolume("/scratch", size_limit="1Gi", medium="Memory")
FieldEnv("NODE", field="spec.nodeName")
ClaimVolume("/data", claim="data", read_only=True)

size = Resources(memory="1Gi")
size.memory = "2Gi"  # error: [misc]

Resources(memory=512)  # error: [arg-type]
Resources(memroy="1Gi")  # error: [call-arg]
Resources("500m", gpu="one")  # error: [arg-type]
SecretEnv("DB_PASSWORD", secret="orders-db")  # error: [call-arg]
SecretEnv("DB_PASSWORD", "orders-db", "password")  # error: [call-arg]
SecretEnvFrom()  # error: [call-arg]
ConfigMapEnv("A", config_map=1, key="a")  # error: [arg-type]
ConfigMapVolume("/c", secret="c")  # error: [call-arg]
ClaimVolume("/data")  # error: [call-arg]
