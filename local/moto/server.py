"""Runs an unpatched moto server on a free loopback port and ends with its parent.

Prints ``{"port": N}`` on standard output once it listens. Standard input is a life line: when it closes, for whatever reason, the server exits,
so that no process is left behind by a crash.
"""

import json
import logging
import os
import sys
import threading

from moto.backends import get_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


# Loaded ahead while the app is still being synthesized: the first call of each service would wait for it.
WARM = ["iam", "s3", "ssm", "kms", "ecr", "logs", "sqs", "sns", "dynamodb", "firehose", "cloudtrail"]


def warm_up() -> None:
    for service in WARM:
        get_backend(service)


def exit_when_parent_is_gone() -> None:
    while sys.stdin.buffer.read(1024):
        pass
    os._exit(0)


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=exit_when_parent_is_gone, daemon=True).start()
    threading.Thread(target=warm_up, daemon=True).start()
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
