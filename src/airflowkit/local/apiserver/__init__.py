"""The loopback Kubernetes API that the operators talk to."""
