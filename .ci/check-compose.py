"""Holds a compose file against the Compose specification that the wheel of docker-compose 1.29 carries: compose.yaml wheel."""

import json
import sys
import zipfile

import jsonschema
import yaml

compose, wheel = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    schema = json.loads(archive.read("compose/config/compose_spec.json"))
with open(compose, encoding="utf-8") as file:
    project = yaml.safe_load(file)
# Came into the specification after that wheel.
project.pop("name")
errors = list(jsonschema.Draft201909Validator(schema).iter_errors(project))
for error in errors:
    print(f"{compose}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
sys.exit(1 if errors else 0)
