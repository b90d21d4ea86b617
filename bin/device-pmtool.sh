#!/bin/sh
# The original's pmtool, from a device's archive: pmtool status | disablebyid ID | enablebyid ID | restartbyid ID
exec sh "$(dirname "$(readlink -f "$0")")/sallyport" pmtool "$@"
