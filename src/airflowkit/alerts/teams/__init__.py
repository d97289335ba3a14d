"""Microsoft Teams' own part: the connection, the card, its delivery."""
