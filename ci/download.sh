#!/usr/bin/env bash
# Fetches and verifies the modules of this repository's modules. Those of ci/skew are among them.
set -euo pipefail
cd "$(dirname "$0")/.."

for file in $(find . -name go.mod -not -path './ci/skew/*' | sort); do
	echo "$file"
	go -C "$(dirname "$file")" mod download
	go -C "$(dirname "$file")" mod verify
done
