"""What is checked of a file from elsewhere before anything is built."""
