"""The pinned versions of what a control plane is made of; modules/ holds the go.mod and go.sum of each program."""

from __future__ import annotations

KUBERNETES = "1.34.1"
ETCD = "3.6.5"
KWOK = "0.7.0"
EXTERNAL_DNS = "0.21.0"
EXTERNAL_DNS_SUM = "h1:YAC7ERW32eZAjSdhu44taaZGII6nwz2/wteT+BtpFzM="
"""That of lab/kube/modules/external-dns/go.sum."""
HELM = "3.22.0"
KUSTOMIZE = "5.8.0"
KUBECONFORM = "0.8.0"
GATEWAY_API = "1.7.0"
GATEWAY_API_SUM = "h1:duVnm7nO6oXfMMUWfcDoBph47CYR/ME3NGxccOVglaY="
"""Checksum of the module, as a go.sum would hold it (https://go.dev/ref/mod#go-sum-files). No go.mod of ours requires
the module: it asks for a newer Go than its YAML files need."""
PROMETHEUS_OPERATOR = "0.85.0"
PROMETHEUS_OPERATOR_SUM = "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s="
METALLB = "0.15.2"
METALLB_SUM = "h1:r7KDgJtk3KZe3qb36zRVrVCYHxLR03nPGT+qFXOomJM="
ARGO_CD = "2.14.20"
ARGO_CD_SUM = "h1:qhV9BGNA2tyLWg2xd6ce0xlqC98OWBfXAzTc8kWug7U="
"""Likewise, of modules of which nothing but definitions is used."""
