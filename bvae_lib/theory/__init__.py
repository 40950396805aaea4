"""Closed forms that training can be held against: the Gaussian channel, water-filling, and which factor pays first."""
