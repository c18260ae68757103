"""What the owner page asks and decides."""
