#!/usr/bin/env python3
"""Writes the package's copyright file (copyright-format 1.0) from the SBOM and what licences.sh has found: copyright.py DOC"""
import collections
import json
import pathlib
import sys

OURS = "io.nurs"
COMMON = {"Apache-2.0", "LGPL-2.1", "CC0-1.0"}
DOC = pathlib.Path(sys.argv[1])

with open(DOC / "nurs.cdx.json") as sbom:
    components = json.load(sbom)["components"]

files = collections.defaultdict(list)
for component in components:
    if component.get("group") == OURS:
        continue
    if component["name"].startswith("netty-transport-native-") and not component["name"].endswith("-common"):
        continue
    names = []
    for choice in component["licenses"]:
        found = choice.get("expression") or choice["license"].get("id") or choice["license"]["name"]
        names.append(found.removesuffix("-only").removesuffix("-or-later"))
    files[" or ".join(dict.fromkeys(names))].append(component["name"] + "-" + component["version"] + ".jar")

print("""Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: nurs
Comment: Each library's own notices are in /usr/share/doc/nurs/libraries; nurs.cdx.json beside this file (CycloneDX) says where each is from.

Files: *
Copyright: 2026 the nurs authors
License: Apache-2.0

Files: usr/lib/nurs/native/*
Copyright: The Netty Project
License: Apache-2.0

Files: usr/lib/nurs/runtime/*
Copyright: Oracle and/or its affiliates, and others
License: GPL-2 with Classpath exception
 On Debian systems the licence is in /usr/share/common-licenses/GPL-2.
 The exception, and the notices of all parts, are in
 /usr/lib/nurs/runtime/legal.""")
for license, jars in sorted(files.items()):
    print("\nFiles: " + "\n ".join("usr/lib/nurs/modules/" + jar for jar in sorted(jars)))
    print("Copyright: its authors, as its own notices say\nLicense: " + license)
    common = sorted(COMMON & set(license.split(" or ")))
    if common and license != "Apache-2.0":
        print(f" On Debian systems {common[0]} is in /usr/share/common-licenses/{common[0]}.")
    for name in license.split(" or ") if not common else []:
        if not (DOC / "licences" / f"{name}.txt").is_file():
            sys.exit(f"copyright.py: there is no text of {name}")
        print(f" Its text is in /usr/share/doc/nurs/licences/{name}.txt.")
print("\nLicense: Apache-2.0\n On Debian systems the licence is in /usr/share/common-licenses/Apache-2.0.")
