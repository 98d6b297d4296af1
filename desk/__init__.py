"""Signed-in web pages: tickets, people, reports."""
