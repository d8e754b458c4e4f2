"""Tables of the dock: shapes and parameters, problems."""
