"""Appendix A: factors past the plateau, found stage by stage. Nothing in the core imports it.

In the order in which they are used: an auxiliary decoder keeps features that a high price would lose; a student learns
what its teacher does not encode; a second-stage VAE on the codes finds axes; ICA rotates the last pair of latents.
"""
