"""Model server of the local SageMaker: the serving contract of the scikit-learn container without the container.

It imports the artifact's `code/inference.py` and answers `GET /ping` and `POST /invocations`. The script defines `model_fn(model_dir)` and either
`input_fn(body, content_type)`, `predict_fn(data, model)` and `output_fn(prediction, accept)`, or `transform_fn(model, body, content_type, accept)`.
The container has defaults for the last three that cast every input to float32; here they must be written.

How an error becomes a status: an exception with an integer attribute `status` -> that status; an unsupported content type -> 415;
`ValueError`, `KeyError` or `TypeError` from `input_fn` -> 400; everything else -> 500. A result with `status_code` and `get_data()` (the response
objects of the container's web framework) is sent as it is.

By hand: `python serve.py --model-dir model --port 8080`.
"""

import argparse
import importlib.util
import json
import os
import signal
import socket
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON_TYPE = "application/json"
# The container hands these to input_fn as text, all others as bytes.
TEXT_TYPES = (JSON_TYPE, "text/csv")
BODY_LIMIT = 25 * 1024 * 1024


class ContractError(Exception):
    """The artifact does not keep the serving contract."""


class Inference:
    """The model and the functions of its inference script."""

    def __init__(self, model_dir):
        code = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY", os.path.join(model_dir, "code"))
        program = os.environ.get("SAGEMAKER_PROGRAM", "inference.py")
        path = os.path.join(code, program)
        if not os.path.isfile(path):
            raise ContractError(f"the model artifact holds no {path}; put the inference script into code/{program} of model.tar.gz")
        self.module = load_module(path)
        self.transform = self.chain(path)
        self.model = self.function("model_fn", path)(model_dir)

    def function(self, name, path):
        function = getattr(self.module, name, None)
        if function is None:
            raise ContractError(f"{path} does not define {name}; the local model server has no default for it")
        return function

    def chain(self, path):
        steps = ("input_fn", "predict_fn", "output_fn")
        transform = getattr(self.module, "transform_fn", None)
        if transform is not None:
            mixed = [name for name in steps if hasattr(self.module, name)]
            if mixed:
                raise ContractError(f"{path} defines transform_fn and also {', '.join(mixed)}: use one or the other")
            return transform
        input_fn, predict_fn, output_fn = (self.function(name, path) for name in steps)

        def in_steps(model, body, content_type, accept):
            try:
                data = input_fn(body, content_type)
            except (ValueError, KeyError, TypeError) as error:
                if not hasattr(error, "status"):
                    error.status = 415 if type(error).__name__ == "UnsupportedFormatError" else 400
                raise
            return output_fn(predict_fn(data, model), accept)

        return in_steps

    def answer(self, body, content_type, accept):
        """Status, content type and bytes of one invocation."""
        if content_type in TEXT_TYPES:
            try:
                body = body.decode("utf-8")
            except UnicodeDecodeError as error:
                return failure(400, f"the body is no UTF-8: {error}")
        try:
            result = self.transform(self.model, body, content_type, accept)
        except Exception as error:  # pylint: disable=broad-exception-caught
            status = status_of(error)
            if status >= 500:
                traceback.print_exc()
            return failure(status, str(error) or type(error).__name__, getattr(error, "field", None))
        if hasattr(result, "status_code") and hasattr(result, "get_data"):
            return result.status_code, getattr(result, "mimetype", accept), result.get_data()
        content, result_type = result if isinstance(result, tuple) else (result, accept)
        return 200, result_type, content.encode("utf-8") if isinstance(content, str) else bytes(content)


def status_of(error):
    status = getattr(error, "status", None)
    if isinstance(status, int) and 400 <= status <= 599:
        return status
    return 415 if type(error).__name__ == "UnsupportedFormatError" else 500


def failure(status, message, field=None):
    body = {"error": "ValidationError" if status < 500 else "ModelError", "field": field, "message": message}
    return status, JSON_TYPE, json.dumps(body).encode("utf-8")


def load_module(path):
    sys.path.insert(0, os.path.dirname(path))
    name = os.path.splitext(os.path.basename(path))[0]
    specification = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


class Handler(BaseHTTPRequestHandler):
    """One connection; kept open between requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    inference = None

    def do_GET(self):  # pylint: disable=invalid-name
        if self.path == "/ping":
            self.reply(200, JSON_TYPE, b"")
        else:
            self.reply(*failure(404, f"unknown path {self.path}"))

    def do_POST(self):  # pylint: disable=invalid-name
        length = int(self.headers.get("Content-Length", 0))
        if length > BODY_LIMIT:
            self.close_connection = True
            self.reply(*failure(413, f"the body has {length} bytes; the limit is {BODY_LIMIT}"))
            return
        body = self.rfile.read(length)
        if self.path != "/invocations":
            self.reply(*failure(404, f"unknown path {self.path}"))
            return
        default = os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", JSON_TYPE)
        accept = self.headers.get("Accept") or default
        self.reply(*self.inference.answer(body, self.headers.get("Content-Type") or JSON_TYPE, default if accept == "*/*" else accept))

    def reply(self, status, content_type, body):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code="-", size="-"):
        if isinstance(code, int) and code >= 500:
            super().log_request(code, size)


class Server(ThreadingHTTPServer):
    """Serves on a socket that is already listening, or opens one."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, descriptor, port):
        super().__init__(("127.0.0.1", port), Handler, bind_and_activate=descriptor is None)
        if descriptor is not None:
            self.socket.close()
            self.socket = socket.socket(fileno=descriptor)
            self.server_address = self.socket.getsockname()


def end_with_stdin():
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--model-dir", default="/opt/ml/model")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on; 0 takes a free one")
    parser.add_argument("--fd", type=int, help="descriptor of a socket that listens already")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when stdin ends")
    options = parser.parse_args()
    try:
        Handler.inference = Inference(options.model_dir)
    except ContractError as error:
        sys.exit(f"model server: {error}")
    server = Server(options.fd, options.port)
    if options.exit_with_stdin:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(f"model server: listening on port {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
