"""Reference: what the language, its components and the codes of its diagnostics are, as pages."""
