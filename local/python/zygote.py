"""Runs the Python processes of the local SageMaker: jobs and model servers.

Importing pandas and scikit-learn costs more than a second; a job on a small data set costs less. So this process imports them once and
forks for each request: every job still gets a fresh process, its own script as `__main__`, its own environment and folder.

Requests come as JSON lines on stdin, answers leave as JSON lines on stdout:

    -> {"id": "1", "argv": ["python3", "/opt/ml/.../train.py"], "env": {}, "root": "/folder/of/opt/ml", "isolate": true,
        "cwd": "/opt/ml", "log": "/file", "listen": false}
    <- {"id": "1", "event": "started", "pid": 4711, "port": null}
    <- {"id": "1", "event": "exited", "code": 0, "signal": null, "maxRssKiB": 120000, "userSeconds": 0.4, "systemSeconds": 0.1, "tail": "..."}
    -> {"kill": "1", "signal": 15}

`--no-namespaces` goes without a folder and a network of their own for processes. When stdin ends, every process is killed and this one exits, so nothing outlives the local AWS.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import time
import traceback
import warnings

from mlops_namespaces import enter_container, probe

PRELOAD = (
    "numpy", "pandas", "pyarrow", "pyarrow.parquet", "scipy.stats", "joblib", "sklearn.compose", "sklearn.ensemble", "sklearn.linear_model",
    "sklearn.metrics", "sklearn.model_selection", "sklearn.pipeline", "sklearn.preprocessing", "argparse", "tarfile", "http.server",
)
# Read when a library is imported, so a process that sets them starts afresh.
IMPORT_TIME_VARIABLES = ("OMP_", "OPENBLAS_", "MKL_", "PYTHON", "LD_", "ARROW_")
LOG_LIMIT = 4 * 1024 * 1024
TAIL_LIMIT = 8 * 1024
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
LINUX = sys.platform.startswith("linux")
libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def preload():
    versions = {}
    for name in PRELOAD:
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if "." not in name and hasattr(module, "__version__"):
            versions[name] = module.__version__
    return versions


def say(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


class Child:
    """One running process and the copy of its output."""

    def __init__(self, identity, pid, pipe, log):
        self.identity, self.pid, self.pipe = identity, pid, pipe
        self.log = open(log, "ab", buffering=0)  # pylint: disable=consider-using-with
        self.written, self.tail, self.started = 0, b"", time.monotonic()

    def copy(self):
        """Takes what the process wrote; False at the end of its output."""
        try:
            data = os.read(self.pipe, 65536)
        except BlockingIOError:
            return True
        if not data:
            return False
        self.tail = (self.tail + data)[-TAIL_LIMIT:]
        room = LOG_LIMIT - self.written
        if room > 0:
            self.log.write(data[:room])
            if len(data) >= room:
                self.log.write(b"\n[log cut here: it reached its limit of 4 MiB]\n")
        self.written += len(data)
        return True

    def kill(self, number):
        # Just after the fork the process leads no group yet.
        kill_group(self.pid, number)
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass

    def close(self):
        before = -1
        while before != self.written:
            before = self.written
            if not self.copy():
                break
        os.close(self.pipe)
        self.log.close()


class Zygote:
    """The event loop: requests in, processes out."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.children = {}
        self.buffer = b""
        wake_read, self.wake_write = os.pipe()
        for descriptor in (wake_read, self.wake_write):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self.wake_write)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.selector.register(0, selectors.EVENT_READ, self.read_requests)
        self.selector.register(wake_read, selectors.EVENT_READ, lambda: self.reap(wake_read))

    def serve(self):
        """Runs until stdin ends (None), or returns a request to run: then this is the forked process."""
        while True:
            for key, _ in self.selector.select():
                answer = key.data()
                if answer == "end":
                    self.kill_all()
                    return None
                if isinstance(answer, dict):
                    return answer

    def read_requests(self):
        data = os.read(0, 1 << 20)
        if not data:
            return "end"
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        for line in lines:
            forked = self.handle(json.loads(line))
            if forked is not None:
                return forked
        return None

    def handle(self, request):
        if "kill" in request:
            child = self.children.get(request["kill"])
            if child is not None:
                child.kill(request.get("signal", signal.SIGKILL))
            return None
        try:
            return self.spawn(request)
        except OSError as error:
            unused = {"code": None, "signal": None, "maxRssKiB": 0, "userSeconds": 0, "systemSeconds": 0}
            say(id=request["id"], event="exited", tail=str(error), **unused)
            return None

    def spawn(self, request):
        listener, port = None, None
        if request.get("listen"):
            # Made here, so that it belongs to this network even when the server has none of its own.
            listener = socket.create_server(("127.0.0.1", 0), backlog=512)
            port = listener.getsockname()[1]
        read_end, write_end = os.pipe()
        with warnings.catch_warnings():
            # numpy's idle threads are not used across the fork.
            warnings.simplefilter("ignore")
            pid = os.fork()
        if pid == 0:
            self.let_go()
            return {**request, "output": write_end, "listener": listener.detach() if listener else None}
        os.close(write_end)
        if listener:
            listener.close()
        os.set_blocking(read_end, False)
        child = Child(request["id"], pid, read_end, request["log"])
        self.children[request["id"]] = child
        self.selector.register(read_end, selectors.EVENT_READ, lambda: self.copy(child))
        say(id=child.identity, event="started", pid=pid, port=port)
        return None

    def let_go(self):
        """In the fork: closes what belongs to the parent now. Left to the garbage collector, it would be closed by number later, whoever has the number then."""
        self.selector.close()
        for child in self.children.values():
            child.close()
        self.children.clear()

    def copy(self, child):
        if not child.copy():
            self.selector.unregister(child.pipe)

    def reap(self, wake_read):
        try:
            os.read(wake_read, 4096)
        except BlockingIOError:
            pass
        for child in list(self.children.values()):
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid != 0:
                self.finish(child, status, usage)

    def finish(self, child, status, usage):
        kill_group(child.pid)
        try:
            self.selector.unregister(child.pipe)
        except KeyError:
            pass
        child.close()
        del self.children[child.identity]
        signalled = os.WIFSIGNALED(status)
        say(
            id=child.identity,
            event="exited",
            code=None if signalled else os.WEXITSTATUS(status),
            signal=os.WTERMSIG(status) if signalled else None,
            maxRssKiB=usage.ru_maxrss if LINUX else usage.ru_maxrss // 1024,
            userSeconds=usage.ru_utime,
            systemSeconds=usage.ru_stime,
            tail=child.tail.decode("utf-8", "replace"),
        )

    def kill_all(self):
        for child in self.children.values():
            child.kill(signal.SIGKILL)
        for child in self.children.values():
            try:
                os.waitpid(child.pid, 0)
            except ChildProcessError:
                pass


def kill_group(pid, number=signal.SIGKILL):
    """Ends what a process started, also after the process itself has ended."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def become(request):
    """Turns the forked process into the requested one; returns the arguments of a Python script, or replaces the process by another program."""
    os.setsid()
    if LINUX:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL if number == signal.SIGCHLD else signal.default_int_handler)
    null = os.open(os.devnull, os.O_RDONLY)
    output, listener = request["output"], request["listener"]
    for source, target in ((null, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    if listener is not None:
        os.dup2(listener, 3)
        os.set_inheritable(3, True)
    os.closerange(4 if listener is not None else 3, 4096)
    os.environ.clear()
    os.environ.update(request["env"])
    enter_container(request.get("root"), request.get("isolate", False))
    os.chdir(request["cwd"])
    argv = request["argv"]
    if os.path.basename(argv[0]) in ("python", "python3") and len(argv) > 1 and argv[1].endswith(".py"):
        if LINUX:
            # The name in process lists; the command line there stays this program's.
            libc.prctl(PR_SET_NAME, os.path.basename(argv[1]).encode())
        if LINUX and not any(name.startswith(IMPORT_TIME_VARIABLES) for name in request["env"]):
            return argv[1:]
        os.execve(sys.executable, [sys.executable, *argv[1:]], os.environ)
    os.execvpe(argv[0], argv, os.environ)
    return None


def reseed():
    # A fork repeats the random numbers of its parent; a fresh process does not.
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


def run(request):
    try:
        argv = become(request)
        reseed()
        sys.stdout.reconfigure(line_buffering=True)
        sys.argv = argv
        sys.path[0] = os.path.dirname(os.path.abspath(argv[0]))
        del sys.modules["mlops_namespaces"]
        runpy.run_path(argv[0], run_name="__main__")
    except SystemExit:
        raise
    except BaseException:  # pylint: disable=broad-exception-caught
        traceback.print_exc()
        sys.exit(1)


def main():
    versions = preload()
    gc.freeze()
    allowed = LINUX and "--no-namespaces" not in sys.argv
    here = os.path.dirname(os.path.abspath(__file__))
    say(event="ready", python=sys.version.split()[0], packages=versions, mount=allowed and probe(here, False), network=allowed and probe(None, True))
    request = Zygote().serve()
    if request is not None:
        run(request)


if __name__ == "__main__":
    main()
