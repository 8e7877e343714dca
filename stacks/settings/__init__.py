"""The settings of a stack: typed models of its YAML, and how they are read, checked and reported.

Read it to add a setting, or to see a default or bound. Defines `Settings` (`stack`), the models of its parts, `parse`
for plain values and the environment, `files` for their sources, and `credentials`, which no setting holds.
Must not know how anything is observed, planned or declared; the environment is always passed in.
"""
