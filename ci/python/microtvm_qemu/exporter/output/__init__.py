"""What is in an archive, and the archive itself."""
