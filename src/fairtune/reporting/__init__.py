"""The page that explains a candidate to somebody who writes no code: words, pictures, one HTML file."""
