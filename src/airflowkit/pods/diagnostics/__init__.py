"""Why a pod died, from what Kubernetes says."""
