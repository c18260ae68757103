"""What a worker process runs: AWS's Runtime Interface Client, which dies with the emulator.

Started by path with `python -P`, so that this folder's modules stay out of the function's way, and with `-S`
where this machine's packages do not count. Nothing of the emulator may be imported here: this process belongs
to the function.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> None:
    """Run `awslambdaric HANDLER` with the task's folder first on the path; the parent's id is argument 2."""
    handler, parent = sys.argv[1], int(sys.argv[2])
    if sys.platform == "linux":  # elsewhere a worker ends when it next asks the runtime API
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked to be told
            sys.exit(1)
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    sys.path.append(os.environ["LAMBDA_RUNTIME_DIR"])
    from awslambdaric.__main__ import main as run

    run(["awslambdaric", handler])


if __name__ == "__main__":
    main()
