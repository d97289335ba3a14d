"""Kubernetes types, names, quantities and versions, and how values are decoded into them."""
