"""Writes <service>.json beside it: what AWS's public service model says about the inputs of the operations that the local AWS answers itself.

    .venv/bin/python local/core/constraints/generate.py

Required members and types are the SDK schemas' matter; kept here are patterns, lengths, enumerations and bounds of numbers. The model is botocore's.
"""

import json
import subprocess
from pathlib import Path

import botocore
import botocore.loaders

FOLDER = Path(__file__).resolve().parent
REPOSITORY = FOLDER.parents[2]

# Signing names of services of ours that botocore calls otherwise.
MODELS = {'monitoring': 'cloudwatch', 'states': 'stepfunctions'}
BOUNDS = ('min', 'max', 'pattern', 'enum')
ANYTHING = (r'[\s\S]*', r'(?s).*', r'[\u0000-\uFFFF]*', r'\p{ASCII}*')


def operations_of_ours():
    script = "console.log(JSON.stringify(require('./local/inventory/services').ownOperations()))"
    answer = subprocess.run(['npx', 'tsx', '-e', script], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE)
    return json.loads(answer.stdout)


def bounds(shape):
    """What one shape says about its own value, without what every value satisfies."""
    kept = {key: shape[key] for key in BOUNDS if key in shape}
    if kept.get('min') == 0 and shape['type'] in ('string', 'list', 'map', 'blob'):
        del kept['min']
    if kept.get('pattern') in ANYTHING:
        del kept['pattern']
    if kept and shape.get('sensitive'):
        kept['sensitive'] = True
    return kept


def references(shape):
    kind = shape['type']
    if kind == 'structure':
        return {name: member['shape'] for name, member in shape['members'].items()}
    if kind == 'list':
        return {'member': shape['member']['shape']}
    if kind == 'map':
        return {'key': shape['key']['shape'], 'value': shape['value']['shape']}
    return {}


def bearing(shapes, roots):
    """Names of the shapes below the roots that are bounded, or hold one that is."""
    reached, queue = set(), list(roots)
    while queue:
        name = queue.pop()
        if name not in reached:
            reached.add(name)
            queue.extend(references(shapes[name]).values())
    found = {name for name in reached if bounds(shapes[name])}
    while True:
        more = {name for name in reached - found if found.intersection(references(shapes[name]).values())}
        if not more:
            return found
        found |= more


def node(shape, kept):
    held = {name: target for name, target in references(shape).items() if target in kept}
    if shape['type'] == 'structure':
        return {'members': held}
    return {**held, **bounds(shape)}


def table(model, names):
    shapes = model['shapes']
    inputs = {name: model['operations'][name]['input']['shape'] for name in names if 'input' in model['operations'][name]}
    kept = bearing(shapes, inputs.values())
    return {
        'operations': {name: target for name, target in inputs.items() if target in kept},
        'shapes': {name: node(shapes[name], kept) for name in sorted(kept)},
    }


def compact(value):
    return json.dumps(value, separators=(',', ':'), ensure_ascii=False)


def write(service, content, source):
    shapes = ',\n'.join(f'{compact(name)}:{compact(shape)}' for name, shape in content['shapes'].items())
    lines = [
        '{',
        f'"source":{compact(source)},',
        f'"answered":{compact(content["answered"])},',
        f'"operations":{compact(content["operations"])},',
        f'"shapes":{{\n{shapes}\n}}',
        '}',
    ]
    (FOLDER / f'{service}.json').write_text('\n'.join(lines) + '\n')


def main():
    loader = botocore.loaders.create_loader()
    for service, names in operations_of_ours().items():
        name = MODELS.get(service, service)
        model = loader.load_service_model(name, 'service-2')
        source = f'botocore {botocore.__version__}, {name} {model["metadata"]["apiVersion"]}'
        write(service, {'answered': names, **table(model, names)}, source)


if __name__ == '__main__':
    main()
