"""From a call to one checked pod."""
