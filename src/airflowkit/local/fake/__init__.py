"""The fake cluster: pods that end the way a test says."""
