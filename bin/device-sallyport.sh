#!/bin/sh
# The command line of a device, from its archive: sallyport device enrol TOKEN
set -eu
here=$(dirname "$(readlink -f "$0")")
command -v node >/dev/null 2>&1 || { echo "error: Node is missing. fix: install Node 24 or newer." >&2; exit 1; }
export SALLYPORT_TYPED="$0"
exec node --disable-warning=ExperimentalWarning "$here/sallyport.mjs" "$@"
