"""How often somebody will play something: a regression on the factors and on who plays what."""
