"""The kubelet: turns a pod into containers, with environment, volumes, Secrets and ConfigMaps."""
