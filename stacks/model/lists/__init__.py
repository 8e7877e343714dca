"""The values of address lists between settings, observation, plan and declaration."""
