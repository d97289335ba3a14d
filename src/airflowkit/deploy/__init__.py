"""The deployment of a repository: its Helm values, and its Secrets."""
