"""How much memory a plane takes, in a process of its own: `python -m support.landscape_memory SIDE CHUNK`.

Prints as JSON by how many MiB the process' largest memory grew while the plane was measured.
"""

from __future__ import annotations

import json
import resource
import sys

from landscape import SAMPLES, WIDTHS, Course


def main() -> None:
    """Measure a small plane, so that everything is loaded, then the one that was asked for."""
    side, chunk = map(int, sys.argv[1:])
    course = Course(WIDTHS, SAMPLES)
    course.viz(5, chunk=1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    course.viz(side, chunk=chunk)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # macOS counts bytes, Linux KiB
    print(json.dumps({"more": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit}))


if __name__ == "__main__":
    main()
