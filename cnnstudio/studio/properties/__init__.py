"""Properties of the selection: a form made from the layer's declaration, and its arithmetic."""
