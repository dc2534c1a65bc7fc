"""The platforms: their tables, their sentences, and how they are found."""
