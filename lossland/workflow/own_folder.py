"""The folder of this user below that of temporary files: the locks of GPUs and the sockets of fork servers."""

import os
import stat
import tempfile
from pathlib import Path


def own_folder() -> Path:
    """Made if it is not there. Raises PermissionError if it is somebody else's: whoever made it holds what is in it."""
    folder = Path(tempfile.gettempdir()) / f"lossland-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder that only you can use; remove it, or set TMPDIR to another")
    return folder
