"""What `airflowkit adopt` offers and does not take: presets for `default_args`, and the Teams alert for copied ones."""
