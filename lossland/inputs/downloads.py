"""Files of datasets: downloaded once, over https, and checked whenever they are read, against what papers use."""

import hashlib
import logging
import shutil
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

log = logging.getLogger(__name__)


def fetched(path, url, checksum) -> Path:
    """`path`, downloaded from `url` if it is not there. `checksum` is a SHA-256, or the MD5 of what no other is known of.

    Raises ValueError for another content, and OSError if it cannot be had, naming file, URL, what is expected and found.
    """
    path = Path(path)
    if not path.exists():
        _download(path, url, checksum)
    else:
        _refuse_another(path, path, checksum, "move it away, to have it downloaded")
    return path


def _refuse_another(path, said, checksum, remedy):
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "md5" if len(checksum) == 32 else "sha256").hexdigest()
    if found != checksum:
        raise ValueError(f"{said} is not the file that papers use: its checksum is {found}, not {checksum}; {remedy}")


def _download(path, url, checksum):
    """Aside first, so that what is there is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.partial")
    log.warning("%s is downloaded to %s; put it there, or name data that are here, as digits, to do without", url, path)
    try:
        with urlopen(url, timeout=60) as answer, open(aside, "wb") as file:
            if not answer.url.startswith("https://"):
                raise ValueError(f"{url} leads to {answer.url}, and nothing is downloaded but over https; put it at {path}")
            shutil.copyfileobj(answer, file)
            if int(answer.headers.get("Content-Length") or file.tell()) != file.tell():
                raise OSError(f"{url} was cut short; try again, or put it at {path}")
        _refuse_another(aside, url, checksum, f"put that at {path}")
        aside.replace(path)
    except URLError as error:
        raise OSError(f"{url} could not be downloaded ({error.reason}); put it at {path}") from error
    finally:
        aside.unlink(missing_ok=True)
