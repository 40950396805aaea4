"""What theory says before training: Gaussian channels, water-filling, which factor pays first, when a penalty binds."""
