"""Pictures, as SVG inside the page."""
