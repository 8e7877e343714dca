"""Plays `truenorth demo` on the lab, and makes the environment in which programs run in the lab.

This room and `lab.commands` know TrueNorth, whose commands they are; no other part of the lab knows them.
"""
