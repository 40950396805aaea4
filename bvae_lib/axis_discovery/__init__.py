"""Appendix A: factors past the plateau, found stage by stage. Nothing in the core imports it.

In the order in which they are used: an auxiliary decoder keeps features that a high price would lose; a student learns
what a teacher does not know yet; a second-stage VAE on the codes finds axes; ICA turns the last pair of latents.
"""
