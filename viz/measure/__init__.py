"""Numbers about networks and maps: numpy in, numpy out, no torch."""
