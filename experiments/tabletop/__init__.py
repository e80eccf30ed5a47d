"""The table-top: a structural event month by month, with decisions between and what has been observed."""
