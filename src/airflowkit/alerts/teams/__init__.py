"""The Microsoft Teams channel: connection, card, delivery."""
