"""Shows a folder as /opt/ml to one process and takes its network away, with Linux namespaces and without privileges where the machine allows it."""

import ctypes
import fcntl
import os
import socket
import struct

MOUNT_POINT = "/opt/ml"

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40


def call(name, *arguments):
    """Calls libc and raises OSError with the failing call's name."""
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def mount(source, target, kind=None, flags=0):
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    call("mount", *encoded, ctypes.c_ulong(flags), None)


def unshare(flags):
    """Enters new namespaces, as an unprivileged user where that is allowed, else with the privileges at hand."""
    uid, gid = os.getuid(), os.getgid()
    try:
        call("unshare", flags | CLONE_NEWUSER)
    except OSError:
        call("unshare", flags)
        return
    for file, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{file}", "w", encoding="ascii") as stream:
            stream.write(text)


def make_mount_point(path):
    """Makes a folder that only this process sees: what lies beside it is bound into an empty file system in place of its parent."""
    parent = os.path.dirname(path)
    with os.scandir(parent) as entries:
        beside = [(entry.name, entry.is_symlink(), entry.is_dir(follow_symlinks=False)) for entry in entries]
    before = os.open(parent, os.O_RDONLY | os.O_DIRECTORY)
    mount("tmpfs", parent, "tmpfs")
    for name, is_link, is_folder in beside:
        source, target = f"/proc/self/fd/{before}/{name}", os.path.join(parent, name)
        if is_link:
            os.symlink(os.readlink(source), target)
            continue
        if is_folder:
            os.mkdir(target)
        else:
            open(target, "wb").close()
        mount(source, target, flags=MS_BIND | MS_REC)
    os.close(before)
    os.mkdir(path)


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        fcntl.ioctl(device, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP | IFF_RUNNING))


def enter_container(root, isolate):
    """Shows `root` as /opt/ml to this process alone; `isolate` takes the network away."""
    flags = (CLONE_NEWNS if root else 0) | (CLONE_NEWNET if isolate else 0)
    if flags == 0:
        return
    unshare(flags)
    if root:
        mount(None, "/", flags=MS_REC | MS_PRIVATE)
        if not os.path.isdir(MOUNT_POINT):
            make_mount_point(MOUNT_POINT)
        mount(root, MOUNT_POINT, flags=MS_BIND | MS_REC)
    if isolate:
        loopback_up()


def probe(root, isolate):
    """Whether this machine allows it, found by doing it once in a child."""
    pid = os.fork()
    if pid == 0:
        try:
            enter_container(root, isolate)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0
