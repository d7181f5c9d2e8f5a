"""Temporary files beside their targets: renamed when whole, removed when not, never seen half done."""

from __future__ import annotations

import errno
import itertools
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from viz.errors import UsageError, VizError
from viz.export.registry import numbered

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_ABANDONED = 24 * 3600  # seconds without a write; only where files cannot be locked
_LONGEST = 180  # bytes of the target's name kept in the temporary one; file names end at 255
_PLACE = {
    errno.ENOSPC,
    errno.EFBIG,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.EMFILE,
}
_serial = itertools.count()


class Claim:
    """The right to put one file (or numbered files) at a place, when it is whole.

    The work is done in `.NAME.PID-N.part` in the same folder, held under a file lock that ends with the
    process, however it ends. Whoever writes the same target next removes such files that nobody holds.

    Args:
        target: the final path; for a folder, the pattern of the numbered files.
        folder: whether the temporary place is a folder.

    Raises:
        OSError: nothing can be written there.
    """

    def __init__(self, target: Path, folder: bool = False) -> None:
        self.path = target
        self.target = Path(os.path.realpath(target))  # a link stays a link, its file is replaced
        self.folder = folder
        self._handle = -1
        self._made = _make_folders(self.target.parent)
        try:
            remove_stale(self.target)
            self.temp, self._handle = _reserve(self.target, folder)
        except BaseException:
            self.drop()
            raise

    def sync(self) -> None:
        """Make sure the file's bytes are on the disk."""
        if not self.folder:
            os.fsync(self._handle)

    def commit(self, keep: bool = False) -> None:
        """Put the whole file under its final name, at once.

        Args:
            keep: refuse when a file of that name has appeared meanwhile.

        Raises:
            UsageError: `keep` and there is such a file.
            OSError: the file cannot be put there.
        """
        if fcntl is None:  # where there are no locks, an open file cannot be renamed either
            self._close()
        if self.folder:
            self._commit_folder(keep)
        elif keep:
            _rename_new(self.temp, self.target)
        else:
            os.replace(self.temp, self.target)
        self._close()
        self._made = []

    def _commit_folder(self, keep: bool) -> None:
        parent, pattern = self.target.parent, self.target.name
        count = len(os.listdir(self.temp))
        for index in range(count):
            source, target = part(self.temp, index), parent / numbered(pattern, index)
            if keep:
                _rename_new(source, target)
            else:
                os.replace(source, target)
        os.rmdir(self.temp)
        # What an earlier, longer render left right behind the last number would be shown as part of this one.
        while not keep and (rest := parent / numbered(pattern, count)).is_file():
            rest.unlink()
            count += 1

    def drop(self) -> None:
        """Remove the temporary file, and the folders that were made for it; harmless after `commit`."""
        if self._handle >= 0:
            _remove(self.temp)
            self._close()
        for folder in reversed(self._made):
            try:
                folder.rmdir()
            except OSError:  # something else lives there by now
                break
        self._made = []

    def _close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1


@contextmanager
def whole(path: Path, keep: bool = False) -> Iterator[Path]:
    """A temporary file beside a target, which takes its place when the block ends without an error.

    Args:
        path: the target.
        keep: refuse to replace a file that is there.

    Raises:
        UsageError: the target is there, and kept.
        VizError: writing failed; a file that was there before is unharmed.
    """
    with told(path):
        claim = Claim(path)
        try:
            yield claim.temp
            claim.sync()
            claim.commit(keep)
        finally:
            claim.drop()


def part(folder: Path, index: int) -> Path:
    """Where a numbered file lies before it gets its final name."""
    return folder / str(index)


def _make_folders(folder: Path) -> list[Path]:
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _stem(target: Path) -> str:
    name = target.name
    while len(os.fsencode(name)) > _LONGEST:
        name = name[:-1]
    return name


def _reserve(target: Path, folder: bool) -> tuple[Path, int]:
    while True:
        temp = target.with_name(f".{_stem(target)}.{os.getpid()}-{next(_serial)}.part")
        try:
            handle = _create(temp, folder)
        except FileExistsError:  # left by a process that had the same number
            continue
        _lock(handle, wait=True)
        if _is_open(temp, handle):  # else somebody took it for a leftover before it was locked
            return temp, handle
        os.close(handle)


def _create(temp: Path, folder: bool) -> int:
    if not folder:
        return os.open(temp, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    temp.mkdir()
    try:
        return os.open(temp if fcntl else os.devnull, os.O_RDONLY)
    except FileNotFoundError:  # taken for a leftover at once: as good as a name that is in use
        raise FileExistsError from None


def _is_open(temp: Path, handle: int) -> bool:
    try:
        return fcntl is None or os.path.samestat(os.stat(temp), os.fstat(handle))
    except FileNotFoundError:
        return False


def _lock(handle: int, wait: bool) -> bool | None:
    """Lock a file; None where there are no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):  # some network file systems
            return None
        raise
    return True


def remove_stale(target: Path) -> None:
    """Remove what renders of this target that were killed have left behind; live ones are not touched."""
    like = re.compile(re.escape(f".{_stem(target)}.") + r"\d+-\d+\.part")
    for name in os.listdir(target.parent):
        if like.fullmatch(name):
            _remove_if_stale(target.with_name(name))


def _remove_if_stale(temp: Path) -> None:
    try:
        handle = os.open(temp, os.O_RDONLY)
    except (FileNotFoundError, PermissionError):  # gone already; another user's, who will remove it
        return
    try:
        stale = _lock(handle, wait=False)
        if stale is None:
            stale = time.time() - os.fstat(handle).st_mtime > _ABANDONED
        if stale:  # removed under the lock: its maker, if only just about to lock it, then sees that it is gone
            _remove(temp)
    finally:
        os.close(handle)


def _remove(temp: Path) -> None:
    if temp.is_dir():
        shutil.rmtree(temp, ignore_errors=True)
    else:
        temp.unlink(missing_ok=True)


def _rename_new(temp: Path, target: Path) -> None:
    """Rename without ever replacing: a hard link fails where a name is taken, a rename does not."""
    try:
        os.link(temp, target)
    except FileExistsError:
        raise UsageError("export.exists", path=target) from None
    except OSError:  # no hard links on this file system
        if target.exists():
            raise UsageError("export.exists", path=target) from None
        os.replace(temp, target)
        return
    temp.unlink()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Tell in one sentence what the file system refused: full disk, file too large, no permission …"""
    try:
        yield
    except OSError as error:
        if error.errno in _PLACE:
            raise VizError("export.write", path=path, reason=os.strerror(error.errno)) from error
        raise
