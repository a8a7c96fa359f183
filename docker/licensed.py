#!/usr/bin/env python3
"""Whether each library of the image or package has a licence, and each licence its text.

    docker/licensed.py DOC MODULES

DOC is what licences.sh made, MODULES the folder of jars. Lists what is missing, and ends with 1 if anything is.
"""
import json
import pathlib
import sys

doc, modules = map(pathlib.Path, sys.argv[1:])
sbom = json.loads((doc / "nurs.cdx.json").read_text())
missing = [] if sbom["bomFormat"] == "CycloneDX" and (doc / "LICENSE").stat().st_size else ["an SBOM, or our own licence"]
components = [sbom["metadata"]["component"], *sbom["components"]]
for component in components:
    licences = [choice.get("license", {}).get("id") for choice in component.get("licenses", [])]
    if not licences or None in licences:
        missing.append(f"an SPDX id for the licence of {component['name']}")
    missing += [f"the text of {id}, for {component['name']}" for id in licences if id and not (doc / "licences" / f"{id}.txt").is_file()]
named = {f"{component['name']}-{component['version']}.jar" for component in components}
missing += [f"{jar.name} in the SBOM" for jar in modules.glob("*.jar") if jar.name not in named]
for line in missing:
    print("there is not:", line, file=sys.stderr)
sys.exit(bool(missing))
