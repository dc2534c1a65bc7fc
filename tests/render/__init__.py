"""The renderer: every format, and the page."""
