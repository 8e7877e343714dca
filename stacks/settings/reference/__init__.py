"""Describe the settings from their models: for editors, and for the documentation.

Read it to change what the JSON Schema or the page of all settings says. Defines the models of the settings by their
place (`models`) and the JSON Schema (`schema`). Must not know a single setting by its name, but for short forms.
"""
