"""Maps on the screen: mosaics of activations, filters and gradients."""
