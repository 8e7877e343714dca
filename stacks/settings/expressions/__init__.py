"""Reads settings that are texts in a small language of their own: expressions over names, and schedules.

It defines the languages and what they stand for, and knows no model of settings.
"""
