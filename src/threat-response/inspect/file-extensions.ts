// Extensions by which a name without path is a file worth asking about: what runs, what carries, what is opened.

const runs =
  'exe dll sys scr com pif cpl ocx drv msi msp msix appx bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta sct jar class lnk ' +
  'url scf inf reg chm elf bin so ko dylib sh py apk ipa dmg pkg deb rpm php asp aspx ashx jsp jspx war swf'
const carries = 'zip rar 7z gz tgz bz2 xz tar cab arj ace iso img vhd vhdx eml msg ics'
const opened =
  'doc docx docm dot dotx dotm xls xlsx xlsm xlsb xlam xll xla slk iqy ppt pptx pptm ppsx pps rtf pdf odt ods odp one ' +
  'htm html xhtml mht mhtml svg csv pub accdb mdb'

export const fileExtensions: ReadonlySet<string> = new Set(`${runs} ${carries} ${opened}`.split(' '))

/**
 * Extensions that are top-level domains as well and are met as files more often: such a name is a domain only where
 * something proves it (a defanged dot, `www.`, a port or path behind it, `//` before it). All others (`com`, `pl`, `rs`,
 * `app`, `pub` …) are domains unless a path stands before them (docs/decisions/0004).
 */
export const ambiguousExtensions: ReadonlySet<string> = new Set(['zip', 'mov', 'sh', 'py', 'so', 'md', 'cab'])
