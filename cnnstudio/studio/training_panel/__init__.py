"""Training on the screen: the plan, the curves, the earlier runs, the confusion matrix."""
