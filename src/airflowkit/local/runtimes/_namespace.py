"""The first process of a container: creates its namespaces and file system, then becomes its command.

It is started as `python -I -S _namespace.py PLAN STATUS`. PLAN is a file descriptor with the plan as JSON. STATUS is a
pipe: it gets the pid of the container's process 1, and the reason if the command could not be started.

The namespaces are a container's, except for the network: mounts, processes, host name, IPC; for an ordinary user also
a user namespace. The root is a new, empty file system in memory. Each folder of the computer is bound into it,
read-only, so that commands are found; the pod's volumes go on top. Nothing that the pod writes outside its volumes is
visible elsewhere.

It imports little, and only from the standard library: it starts once for each container. `unshare(1)` would do the
first half, but misreports a container that ends by SIGKILL (util-linux 2.38).
"""

import ctypes
import errno
import json
import os
import signal
import socket
import sys
from typing import Any

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC = 1, 2, 4, 8, 32, 4096, 16384
MS_PRIVATE = 1 << 18
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 1 << 17, 1 << 26, 1 << 27, 1 << 28, 1 << 29
PR_SET_PDEATHSIG = 1
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_SETATTR, MOUNT_ATTR_RDONLY = 442, 1
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"}
MADE_HERE = {"dev", "proc", "tmp"}

libc = ctypes.CDLL(None, use_errno=True)


class MountAttr(ctypes.Structure):
    """`struct mount_attr` of mount_setattr(2)."""

    _fields_ = [(name, ctypes.c_uint64) for name in ("attr_set", "attr_clr", "propagation", "userns_fd")]


def call(what: str, *args: object) -> None:
    """Call a libc function; raise unless it returns 0."""
    if getattr(libc, what)(*args):
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str = "none", flags: int = 0, data: str = "") -> None:
    """Mount a file system, or bind a folder to another place."""
    words = (word.encode() for word in (source, target, kind))
    call("mount", *words, ctypes.c_ulong(flags), data.encode())


def make_read_only(path: str) -> None:
    """Make a mount and all below it read-only with mount_setattr(2); before Linux 5.12 the mount alone."""
    attributes = MountAttr(attr_set=MOUNT_ATTR_RDONLY)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    if libc.syscall(MOUNT_SETATTR, AT_FDCWD, path.encode(), AT_RECURSIVE, ctypes.byref(attributes), size):
        mount("none", path, flags=MS_REMOUNT | MS_BIND | MS_RDONLY)


def bind(source: str, target: str, *, read_only: bool) -> None:
    """Bind a file or folder to another place."""
    mount(source, target, flags=MS_BIND | MS_REC)
    if read_only:
        make_read_only(target)


class Root:
    """The container's root while it is built, at a folder that is not the root yet.

    A mount point is never created in a folder of the computer: that folder is first mirrored, that is replaced by an
    empty one in memory into which each of its entries is bound.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.ours = {folder: True}
        mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")

    def fill(self) -> None:
        """Bind each folder of the computer; create those that are a container's own."""
        self.bind_entries("/", self.folder, skip=MADE_HERE)
        for name in sorted(MADE_HERE):
            os.mkdir(f"{self.folder}/{name}")
        mount("proc", f"{self.folder}/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        self.fill_devices(f"{self.folder}/dev")

    def fill_devices(self, folder: str) -> None:
        mount("tmpfs", folder, "tmpfs", MS_NOSUID, "mode=755")
        for name in DEVICES:
            if os.path.exists(f"/dev/{name}"):
                open(f"{folder}/{name}", "w").close()
                bind(f"/dev/{name}", f"{folder}/{name}", read_only=False)
        for name, target in LINKS.items():
            os.symlink(target, f"{folder}/{name}")
        os.mkdir(f"{folder}/shm")
        mount("tmpfs", f"{folder}/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")

    def bind_entries(self, source: str, target: str, skip: "set[str] | frozenset[str]" = frozenset()) -> None:
        for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
            if entry.name in skip:
                continue
            try:
                self.bind_entry(entry, f"{target}/{entry.name}")
            except OSError:  # gone meanwhile, or not permitted
                continue

    def bind_entry(self, entry: "os.DirEntry[str]", target: str) -> None:
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), target)
            return
        if entry.is_dir():
            os.mkdir(target)
            self.ours[target] = False
        else:
            open(target, "w").close()
        bind(entry.path, target, read_only=True)

    def place(self, path: str, *, folder: bool) -> str:
        """Return where an absolute path of the container is now; create a missing folder or file."""
        here = self.folder
        parts = [part for part in path.split("/") if part]
        for number, part in enumerate(parts, 1):
            below = f"{here}/{part}"
            if os.path.islink(below):
                target = os.path.join("/", here[len(self.folder) :], os.readlink(below))
                return self.place("/".join([os.path.normpath(target), *parts[number:]]), folder=folder)
            if not os.path.lexists(below):
                self.mirror(here)
                if number < len(parts) or folder:
                    os.mkdir(below)
                else:
                    open(below, "w").close()
            here = below
        return here

    def mirror(self, folder: str) -> None:
        """Mirror a folder of the computer, so that something can be created in it."""
        nearest = folder
        while nearest not in self.ours:
            nearest = os.path.dirname(nearest)
        if not self.ours[nearest]:
            self.ours[folder] = True
            mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
            self.bind_entries(folder[len(self.folder) :], folder)

    def mount(self, source: str, target: str, *, read_only: bool) -> None:
        """Mount one of the pod's volumes, a folder or a file."""
        place = self.place(target, folder=os.path.isdir(source))
        bind(source, place, read_only=read_only)
        self.ours = {path: ours for path, ours in self.ours.items() if not path.startswith(f"{place}/")}
        self.ours[place] = True


def find_command(name: str, path: str) -> str:
    """Return a command's file, or raise with a container runtime's message."""
    candidates = [name] if "/" in name else [f"{folder or '.'}/{name}" for folder in path.split(":")]
    for candidate in candidates:
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    if "/" not in name:
        raise OSError(errno.ENOENT, f'exec: "{name}": executable file not found in $PATH')
    if not os.path.exists(name):
        raise OSError(errno.ENOENT, f'exec: "{name}": stat {name}: no such file or directory')
    what = "is a directory" if os.path.isdir(name) else "permission denied"
    raise OSError(errno.EACCES, f'exec: "{name}": {what}')


def build(plan: dict[str, Any]) -> None:
    """Build the root and enter it."""
    root = Root(plan["root"])
    root.fill()
    for each in sorted(plan["mounts"], key=lambda each: each["target"].rstrip("/").count("/")):
        root.mount(each["source"], each["target"], read_only=each["read_only"])
    working_dir = plan["working_dir"] or "/"
    root.place(working_dir, folder=True)
    socket.sethostname(plan["host_name"])
    os.chroot(root.folder)
    os.chdir(working_dir)


def become(plan: dict[str, Any]) -> None:
    """Become the container's command."""
    command = find_command(plan["argv"][0], plan["env"].get("PATH", os.defpath))
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execve(command, plan["argv"], plan["env"])


def unshare(*, as_user: bool) -> None:
    """Leave the computer's namespaces; an ordinary user becomes root of a new user namespace."""
    uid, gid = os.getuid(), os.getgid()
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC
    call("unshare", flags | CLONE_NEWUSER if as_user else flags)
    if as_user:
        for file, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
            with open(f"/proc/self/{file}", "w") as map_file:
                map_file.write(text)


def end_with_parent() -> None:
    """Have this process killed when its parent ends, however that ends."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def run_inside(plan: dict[str, Any], status: int) -> int:
    """Run the command as process 1 of its own namespaces; return its exit code."""
    unshare(as_user=plan["as_user"])
    child = os.fork()
    if not child:
        end_with_parent()
        mount("none", "/", flags=MS_REC | MS_PRIVATE)
        build(plan)
        become(plan)
    os.write(status, f"{child}\n".encode())
    os.close(status)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else 128 - code


def main() -> None:
    """Run the container's command, or report why not."""
    status = int(sys.argv[2])
    os.set_inheritable(status, False)
    with open(int(sys.argv[1])) as file:
        plan = json.load(file)
    try:
        end_with_parent()
        if plan["root"]:
            os._exit(run_inside(plan, status))
        os.chdir(plan["working_dir"] or "/")
        become(plan)
    except OSError as error:
        os.write(status, f"fault {error.strerror or error}".encode())
        os._exit(128)


if __name__ == "__main__":
    main()
