"""Train, measure and look at beta-VAEs: the library of the course on understanding disentangling."""
