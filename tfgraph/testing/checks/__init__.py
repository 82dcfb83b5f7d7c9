"""What each kind of component promises, one kind or pair of kinds a file."""
