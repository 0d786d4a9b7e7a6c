"""What browsers see of signing in, of consent, and of one's own sessions."""
