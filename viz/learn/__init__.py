"""Small torch models: data, networks, training with hooks, and surfaces for optimizers to descend.

torch is imported in this package only. Its modules are imported one by one, when they are needed.
"""
