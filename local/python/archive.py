"""Packs and unpacks model.tar.gz and output.tar.gz, as SageMaker does around a job.

    archive.py pack FOLDER FILE      everything in FOLDER, paths relative to it
    archive.py unpack FILE FOLDER    refuses paths outside FOLDER, links that leave it and devices
"""

import os
import sys
import tarfile


def pack(folder, file):
    with tarfile.open(file, "w:gz", compresslevel=6) as archive:
        for name in sorted(os.listdir(folder)):
            archive.add(os.path.join(folder, name), arcname=name)


def unpack(file, folder):
    with tarfile.open(file, "r:gz") as archive:
        archive.extractall(folder, filter="data")


if __name__ == "__main__":
    {"pack": pack, "unpack": unpack}[sys.argv[1]](sys.argv[2], sys.argv[3])
