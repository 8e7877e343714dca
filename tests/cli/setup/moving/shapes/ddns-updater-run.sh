#!/bin/sh
# Keeps the name of the house at its address.
sudo podman run -d \
  --name ddns-updater \
  --security-opt=no-new-privileges \
  -p 8001:8000/tcp \
  -e LISTENING_PORT=8000 \
  -e PUBLICIP_DNS_PROVIDERS=cloudflare \
  -e CONFIG='{"settings":[{"provider":"gandi","domain":"example.net","host":"home","key":"not-a-real-token-of-anybody","ip_version":"ipv4"}]}' \
  -v /data/etc-ddns-updater:/updater/data \
  docker.io/qmcgaw/ddns-updater
