"""Turns a pod into containers: environment, volumes, Secrets and config maps."""
