#!/usr/bin/env python3
"""Whether docker/compose.yaml and docker/kubernetes.yaml hold together, as far as that can be seen without their engines.

    docker/examples.py OUT

Puts what they tell nursd and Prometheus into OUT, for these to check: kubernetes/nursd.yaml, lab/nursd.yaml, prometheus/.
"""
import pathlib
import re
import shutil
import sys

import yaml

docker = pathlib.Path(__file__).resolve().parent
out = pathlib.Path(sys.argv[1])
wrong = []


def expect(what, right):
    if not right:
        wrong.append(what)


def load(file):
    return yaml.safe_load(file.read_text())


def is_pinned(image):
    return bool(re.search(r":v?[0-9][^:]*$", image))


def compose():
    """Each service with the folder of its own file, from which its paths go."""
    whole = load(docker / "compose.yaml")
    for name, service in whole["services"].items():
        other = docker / service["extends"]["file"]
        extended = load(other)["services"][service["extends"]["service"]] | service
        for needed in service.get("depends_on", []):
            expect(f"{name} depends on {needed}", needed in whole["services"])
        for volume in extended.get("volumes", []):
            source = volume.split(":")[0]
            there = (other.parent / source).exists() if source.startswith(".") else source in whole["volumes"]
            expect(f"{name}: {source} is there", there)
        if "build" in extended:
            dockerfile = other.parent / extended["build"]["context"] / extended["build"]["dockerfile"]
            expect(f"{name}: {dockerfile} is there", dockerfile.is_file())
        else:
            expect(f"{name}: {extended['image']} has a version", is_pinned(extended["image"]))
        expect(f"{name} has the host's network", extended["network_mode"] == "host")
        expect(f"{name} has no privileges left", extended["cap_drop"] == ["ALL"] and "no-new-privileges" in extended["security_opt"])
        if name == "nursd":
            expect("nursd may do what README.md says", extended["cap_add"] == ["NET_ADMIN"] and extended["read_only"])
    put("lab/nursd.yaml", (docker / "lab/nursd.conf.yaml").read_text())
    put("prometheus/prometheus.yml", (docker / "lab/prometheus.conf.yaml").read_text())
    shutil.copy(docker.parent / "dashboards/alerts.yaml", out / "prometheus")
    for provisioned in docker.glob("lab/grafana/*.yaml"):
        expect(f"{provisioned} is one of Grafana's", load(provisioned)["apiVersion"] == 1)
    home = load(docker / "lab/grafana.yaml")["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    expect("Grafana's first page is there", (docker.parent / "dashboards" / pathlib.Path(home).name).is_file())


def kubernetes():
    documents = list(yaml.safe_load_all((docker / "kubernetes.yaml").read_text()))
    namespace, configuration, daemons = (next(d for d in documents if d["kind"] == kind) for kind in ("Namespace", "ConfigMap", "DaemonSet"))
    for document in (configuration, daemons):
        expect(f"{document['kind']} is in the namespace", document["metadata"]["namespace"] == namespace["metadata"]["name"])
    spec = daemons["spec"]["template"]["spec"]
    expect("the DaemonSet finds its pods", daemons["spec"]["selector"]["matchLabels"] == daemons["spec"]["template"]["metadata"]["labels"])
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    (container,) = spec["containers"]
    expect("volumes are mounted", volumes.keys() == {mount["name"] for mount in container["volumeMounts"]})
    expect("the configuration is the ConfigMap", volumes["configuration"]["configMap"]["name"] == configuration["metadata"]["name"])
    expect("the image has a version", is_pinned(container["image"]))
    may = container["securityContext"]
    expect("nursd may do what README.md says", may["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN"]} and may["readOnlyRootFilesystem"]
           and may["runAsUser"] == 0 and may["allowPrivilegeEscalation"] is False and spec["hostNetwork"])
    put("kubernetes/nursd.yaml", configuration["data"]["nursd.yaml"])


def put(name, text):
    file = out / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


compose()
kubernetes()
for what in wrong:
    print("it is not so that", what, file=sys.stderr)
sys.exit(bool(wrong))
