"""What Smart Door knows and decides: pure, without AWS, clock, environment or chance of its own."""
