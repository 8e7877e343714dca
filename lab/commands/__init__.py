"""Defines `truenorth demo` and `truenorth lab`, which come with this distribution: an extra of TrueNorth."""
