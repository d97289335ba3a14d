"""Failures in Microsoft Teams: context, facts, card, delivery."""
