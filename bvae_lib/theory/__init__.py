"""What theory says before training: the Gaussian channel, water-filling, which factor pays first, when a penalty binds."""
