"""The values for templates: typed, validated and frozen before anything is rendered."""
