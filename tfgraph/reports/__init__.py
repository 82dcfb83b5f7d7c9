"""What `tfgraph validate` found: for people, for programs, for code hosts; a format a module."""
