#!/bin/bash -eu
# As for OSS-Fuzz, in the top folder of the repository.
exec ci/oss-fuzz/build.sh
