"""The commands of moving in: comparing with another tool, and taking over what it has made."""
