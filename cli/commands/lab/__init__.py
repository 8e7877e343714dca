"""Defines `truenorth demo` and `truenorth lab`: the commands that need the distribution `lab`, which is an extra."""
