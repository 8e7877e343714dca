"""Plays `truenorth demo --house`: a zone with a view outside and one inside, from the routes of a real API server.

Defines the routes and what each is to be answered, the questions to both sides, and the story.
"""
