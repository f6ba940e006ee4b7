"""Writes requirements.txt: every package that requirements.in leads to, pinned, with the hashes of the wheels of all supported machines.

    python3 local/setup/lock_requirements.py

Only pip is used. Wheels for glibc 2.28 and newer are locked, so one file serves every current Linux distribution.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PYTHONS = ('3.11', '3.12')
MACHINES = ('x86_64', 'aarch64')
GLIBC = ('manylinux_2_28', 'manylinux_2_27', 'manylinux_2_17', 'manylinux2014')


def resolve(python, machine, constraints):
    """Returns {name: (version, sha256)} as pip would install on that Python and machine."""
    abi = 'cp' + python.replace('.', '')
    platforms = [argument for glibc in GLIBC for argument in ('--platform', f'{glibc}_{machine}')]
    with tempfile.TemporaryDirectory() as folder:
        constraint_file = Path(folder, 'constraints.txt')
        constraint_file.write_text(''.join(f'{name}=={version}\n' for name, (version, _) in constraints.items()))
        report = Path(folder, 'report.json')
        subprocess.run(
            [
                sys.executable, '-m', 'pip', 'install', '--quiet', '--dry-run', '--ignore-installed', '--only-binary=:all:',
                '--target', str(Path(folder, 'target')), '--report', str(report), '--python-version', python, '--implementation', 'cp',
                '--abi', abi, '--abi', 'abi3', '--abi', 'none', *platforms,
                '--constraint', str(constraint_file), '--requirement', str(FOLDER / 'requirements.in'),
            ],
            check=True,
            # A machine's own pip configuration may offer wheels that nobody else has.
            env={**os.environ, 'PIP_CONFIG_FILE': os.devnull, 'PIP_FIND_LINKS': ''},
        )
        installed = json.loads(report.read_text())['install']
    return {
        item['metadata']['name'].lower().replace('_', '-'): (item['metadata']['version'], item['download_info']['archive_info']['hashes']['sha256'])
        for item in installed
    }


def main():
    versions, hashes = {}, {}
    for python in PYTHONS:
        for machine in MACHINES:
            for name, (version, sha256) in resolve(python, machine, versions).items():
                versions[name] = (version, sha256)
                hashes.setdefault(name, set()).add(sha256)
            print(f'Python {python} on {machine}: {len(versions)} packages', file=sys.stderr)
    lines = ['# Written by `python3 local/setup/lock_requirements.py` from requirements.in; CPython 3.11 and 3.12 on Linux x86_64 and aarch64.']
    for name in sorted(versions):
        lines.append(' \\\n'.join([f'{name}=={versions[name][0]}', *(f'    --hash=sha256:{sha256}' for sha256 in sorted(hashes[name]))]))
    (FOLDER / 'requirements.txt').write_text('\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
