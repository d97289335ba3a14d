"""Alerts: what is known of a failure, made safe to show, delivered to Microsoft Teams."""
