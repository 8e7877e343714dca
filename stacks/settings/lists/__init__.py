"""The settings of lists of one's own addresses at a provider."""
