"""Strategies in the words of people: fences, ratings, conditions, times, and what differs between revisions."""
