// How a device has the certificate of its syslog listener made: POST of a PKCS#10 with the names wished for in its
// subjectAltName, by the certificate of the device; the answer is a PKCS#7 of the new certificate and its CA.

/** Operation below the prefix of EST, with or without a label. */
export const listenerEnrol = 'listenerenroll'

/** Names that one listener certificate may have. */
export const listenerNamesMax = 16
