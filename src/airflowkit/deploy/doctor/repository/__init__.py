"""The source `repository`: the values of the Helm release, the image and the settings, as files."""
