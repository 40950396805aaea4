"""The rows of the table of bad inputs, a file for each room of the library; test_bad_input.py collects them."""
