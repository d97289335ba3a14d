"""The operator that pod_task returns, and its deferrable trigger."""
