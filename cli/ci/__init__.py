"""Reports of a run for pipelines.

Defines the summary in Markdown, the annotations and output values of GitHub Actions, and the console of a run that
nobody watches. Words come from `cli.findings`. Must not know the daemon.
"""
