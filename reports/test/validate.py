"""validate.py SCHEMA REPORT...: checks reports against the schema of their format.

Ends with 0 if all are valid, 1 if one is not, 77 (a skipped test) where Debian's python3-jsonschema
is missing.
"""
import json
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: this Python has no module jsonschema (package python3-jsonschema)")
    sys.exit(77)


def refuse_constant(name):
    raise ValueError(f"{name} is no JSON")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_constant=refuse_constant)


def main():
    schema = load(sys.argv[1])
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    valid = True
    for path in sys.argv[2:]:
        errors = list(validator.iter_errors(load(path)))
        for error in errors:
            print(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
        print(f"{path}: {'not valid' if errors else 'valid'}")
        valid = valid and not errors
    sys.exit(0 if valid else 1)


main()
