"""Checked pods: value classes, rules, `pod_task`, `pod_override`, and why a pod died."""
