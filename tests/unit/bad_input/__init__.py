"""Rows of the table of bad inputs, a file for each room of the library; ``ROWS`` of each is collected by test_bad_input.py."""
