"""What a month costs: prices, what a visit calls for, the bill, and its table and picture."""
