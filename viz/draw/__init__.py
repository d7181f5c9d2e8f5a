"""Data becomes marks: axes, grids, contours, surfaces, networks, histograms, and the layout they stand in."""
