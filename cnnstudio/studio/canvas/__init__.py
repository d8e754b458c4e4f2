"""The canvas: the design as cards in lanes, and every gesture that edits it."""
