#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// The original's pmtool, of the package: pmtool status | disablebyid ID | enablebyid ID | restartbyid ID
process.argv.splice(2, 0, 'pmtool')
await import('./sallyport.mjs')
