"""Whether new data is like the data that the champion was made from."""
