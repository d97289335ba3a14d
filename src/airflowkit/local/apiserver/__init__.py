"""The Kubernetes API on loopback that the operators talk to."""
