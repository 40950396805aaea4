"""Right and wrong answers to every exercise, a file for each page; test_exercises.py tries them."""
