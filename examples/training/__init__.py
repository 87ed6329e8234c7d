"""How the four example models are trained, from data that comes inside packages or that we wrote."""
