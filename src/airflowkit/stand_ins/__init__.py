"""Values in place of Variables, Connections and environment variables that only the deployment has."""
