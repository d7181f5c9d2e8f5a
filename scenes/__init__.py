"""One file = one scene. A new file here is a new scene of the command line and the library."""
