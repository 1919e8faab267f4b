#!/bin/bash -eu
# Builds the targets of fuzz/ for OSS-Fuzz and ClusterFuzzLite, in the top folder of the
# repository: into $OUT, with $CXX, $CXXFLAGS and $LIB_FUZZING_ENGINE, under a $SANITIZER. Each
# comes with its corpus, a dictionary and options: battle build makes them all.

# The checkout may be another user's, and git then tells Go nothing.
export GOFLAGS="${GOFLAGS--buildvcs=false}"

coverage=()
if [ "$SANITIZER" = coverage ]; then
	coverage=(-coverage)
fi
go run ./cmd/battle build -engine libfuzzer -out "$OUT" "${coverage[@]}" ./fuzz
