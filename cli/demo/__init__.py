"""Plays `truenorth demo` on the lab, and makes the environment in which programs run in the lab.

The room needs the distribution `lab`, which is an extra: nothing but the commands `demo` and `lab` imports it, and only
when they run.
"""
