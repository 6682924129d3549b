"""Memory that is there: without it a run on a virtual machine pays for what the ones before it gave back."""

import os
import subprocess
import sys

# In a process of its own: the peak of this one would be told as that of every tool.
TOUCH = "import mmap, sys; mmap.mmap(-1, int(sys.argv[1]), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE)"
TIMEOUT = 300


def back_memory(byte_count):
    """Has the next run find free pages that are backed, up to half of what is available.

    A host takes free pages back within seconds, and a page it has to find again costs a run several times its own
    work: 3 s of CPU where `cp` of 1.5 GB takes 0.4.
    """
    wanted = min(byte_count, available() // 2)
    subprocess.run([sys.executable, "-c", TOUCH, str(wanted)], check=False, timeout=TIMEOUT)


def available():
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
