import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Observable } from '../../core/observable.ts'
import { inspect, inspectNetworks, inspectWithNetworks } from './inspect.ts'

type Case = { readonly text: string; readonly found: readonly string[]; readonly why: string }

function shown(found: readonly Observable[]): readonly string[] {
  return found.map(({ type, value }) => `${type} ${value}`)
}

function check(cases: readonly Case[]): void {
  for (const { text, found, why } of cases) assert.deepEqual(shown(inspect(text)), found, `${why}: ${text}`)
}

const md5 = '5d41402abc4b2a76b9719d911017c592'
const sha1 = 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d'
const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

test('issue 8: the example of the issue gives the URL and the address, in order, and nothing of the CVE', () => {
  assert.deepEqual(inspect('hxxps://evil[.]example/a?b=1 and 203.0.113[.]7:8080, CVE-2021-44228'), [
    { type: 'url', value: 'https://evil.example/a?b=1' },
    { type: 'ip', value: '203.0.113.7' },
  ])
})

test('threat-response 3.2: nothing gives nothing, and quotes, brackets and commas end a value', () => {
  check([
    { text: '', found: [], why: 'traps 21' },
    { text: 'nothing of interest, e.g. this, i.e. that.', found: [], why: 'prose' },
    { text: "('hash', '95.95.0.1')", found: ['ip 95.95.0.1'], why: 'a Python tuple as text' },
    { text: `('${sha256}', 'x.example')`, found: [`sha256 ${sha256}`, 'domain x.example'], why: 'a Python tuple' },
    {
      text: 'http://192.0.2.9/isin/,2016-08-17,5d41402abc4b2a76b9719d911017c592',
      found: ['url http://192.0.2.9/isin/', `md5 ${md5}`],
      why: 'URL, date and hash in one CSV line',
    },
    { text: '{"h":"a.example","i":["192.0.2.1"]}', found: ['domain a.example', 'ip 192.0.2.1'], why: 'JSON' },
    { text: '<b>a.example</b>', found: ['domain a.example'], why: 'HTML' },
    { text: '|`a.example`|192.0.2.1|', found: ['domain a.example', 'ip 192.0.2.1'], why: 'a table of AsciiDoc' },
    {
      text: 'a.example\r\nb.example\nc.example',
      found: ['domain a.example', 'domain b.example', 'domain c.example'],
      why: 'CRLF and LF mixed, no last newline',
    },
    { text: 'A.example a.EXAMPLE a.example', found: ['domain a.example'], why: 'unique in normal form' },
    { text: '10.1.2.3 192.168.0.1', found: ['ip 10.1.2.3', 'ip 192.168.0.1'], why: 'private addresses are returned' },
  ])
})

test('threat-response 3.2: defanged forms give the plain value', () => {
  check([
    { text: '[159.89.192[.]216]', found: ['ip 159.89.192.216'], why: 'brackets round a defanged address' },
    {
      text: '192.0.2[.]1 192[.]0[.]2[.]2 192(.)0.2{.}3',
      found: ['ip 192.0.2.1', 'ip 192.0.2.2', 'ip 192.0.2.3'],
      why: 'three brackets',
    },
    {
      text: 'a[dot]example b(dot)example c{DOT}example',
      found: ['domain a.example', 'domain b.example', 'domain c.example'],
      why: 'the word',
    },
    {
      text: 'evil [.] example, evil2 [dot] example',
      found: ['domain evil.example', 'domain evil2.example'],
      why: 'spaces round the form',
    },
    { text: 'a[ . ]example', found: ['domain a.example'], why: 'spaces inside' },
    {
      text: 'evil[.example evil2.]example evil3(.example',
      found: ['domain evil.example', 'domain evil2.example', 'domain evil3.example'],
      why: 'half open',
    },
    { text: '[203.0.113[.7] 192.0.2.]1', found: ['ip 203.0.113.7', 'ip 192.0.2.1'], why: 'half open in addresses' },
    {
      text: 'bob[@]a.example eve[at]b[.]example al (at) c (dot) example',
      found: ['email bob@a.example', 'email eve@b.example', 'email al@c.example'],
      why: 'mail',
    },
    {
      text: 'hxxp://a.example hXXps://b.example meow://c.example htxxp://d.example',
      found: ['url http://a.example', 'url https://b.example', 'url http://c.example', 'url http://d.example'],
      why: 'schemes',
    },
    {
      text: 'hxxp[:]//a.example/ hxxps[://]b.example/x[.]php http[:]//192.0.2[.]1[:]8080/y',
      found: ['url http://a.example/', 'url https://b.example/x.php', 'url http://192.0.2.1:8080/y'],
      why: 'colons',
    },
    { text: 'hxxp://a[.]example[/]b', found: ['url http://a.example/b'], why: 'slash' },
    { text: '2001[:]db8[:]0[:]0::1', found: ['ipv6 2001:db8::1'], why: 'IPv6' },
    {
      text: '{"url":"https:\\/\\/a.example\\/b"}',
      found: ['url https://a.example/b'],
      why: 'slashes as JSON writes them',
    },
    { text: 'server-{1,30}[.]a.example', found: ['domain a.example'], why: 'a pattern before the name' },
    { text: 'array[at] meet (at) noon', found: [], why: 'the word alone defangs nothing' },
  ])
})

test('threat-response 4.6: addresses; a port is cut off, of a network the address stays, a version is none', () => {
  check([
    { text: '203.0.113.7:8080 [2001:db8::7]:443', found: ['ip 203.0.113.7', 'ipv6 2001:db8::7'], why: 'port' },
    { text: '10.0.0.0/8 2001:db8::/32', found: ['ip 10.0.0.0', 'ipv6 2001:db8::'], why: 'network' },
    {
      text: '192.0.2.1-192.0.2.9 198.51.100.1-9',
      found: ['ip 192.0.2.1', 'ip 192.0.2.9', 'ip 198.51.100.1'],
      why: 'range',
    },
    {
      text: 'IP 192.0.2.1.51234 > 198.51.100.2.443: Flags',
      found: ['ip 192.0.2.1', 'ip 198.51.100.2'],
      why: 'tcpdump',
    },
    {
      text: 'v1.2.3.4 version 1.2.3.4 Version: 1.2.3.4 Chrome/1.2.3.4 pkg-1.2.3.4 1.2.3.4-beta',
      found: [],
      why: 'versions',
    },
    {
      text: 'srv.example/192.0.2.1 localhost/192.0.2.2 a/b 10.0.0.1/10.0.0.2',
      found: ['domain srv.example', 'ip 192.0.2.1', 'ip 192.0.2.2', 'ip 10.0.0.1', 'ip 10.0.0.2'],
      why: 'a slash before an address, as Java prints it',
    },
    {
      text: '1.3.6.1.4.1.9 1.2.3 256.1.1.1 1.2.3.4.5 123.421.123.1 0.0.0.0',
      found: [],
      why: 'OID, short, out of range, unset',
    },
    { text: 'see 192.0.2.1. And (192.0.2.2).', found: ['ip 192.0.2.1', 'ip 192.0.2.2'], why: 'punctuation' },
    {
      text: '2001:0DB8:0000:0000:0000:0000:0000:0001 = 2001:db8::1',
      found: ['ipv6 2001:db8::1'],
      why: 'one address in two forms',
    },
    {
      text: 'fe80::1%eth0, ::1, ::ffff:192.0.2.1 and 2001:db8::2.',
      found: ['ipv6 fe80::1', 'ipv6 ::1', 'ip 192.0.2.1', 'ipv6 2001:db8::2'],
      why: 'zone, loopback, mapped, full stop',
    },
    { text: 'dead::beef', found: ['ipv6 dead::beef'], why: 'no digit' },
    {
      text: 'std::ab::cd a::b Eicar::95.sbx.tg 12:34:56 00:11:22:33:44:55 1:2019401:3 ::',
      found: [],
      why: 'namespaces, signature, time, MAC, gid:sid',
    },
    { text: 'src=192.0.2.1;dst=192.0.2.2', found: ['ip 192.0.2.1', 'ip 192.0.2.2'], why: 'key and value' },
  ])
})

test('threat-response 4.6: hashes in lower case, of 32, 40 and 64 digits, and nothing else of that look', () => {
  check([
    {
      text: `${md5} ${sha1} ${sha256}`,
      found: [`md5 ${md5}`, `sha1 ${sha1}`, `sha256 ${sha256}`],
      why: 'three lengths',
    },
    { text: `${sha1.toUpperCase()},${sha1}`, found: [`sha1 ${sha1}`], why: 'upper case' },
    {
      text: `md5:${md5} sha1=${sha1} (${sha256})`,
      found: [`md5 ${md5}`, `sha1 ${sha1}`, `sha256 ${sha256}`],
      why: 'labels',
    },
    { text: `${sha256}.exe mal_${md5}`, found: [`sha256 ${sha256}`, `md5 ${md5}`], why: 'beside . and _' },
    { text: `${sha256}${sha256} ${md5}a 0x${sha256}`, found: [], why: 'SHA-512 and other lengths' },
    { text: `${'0'.repeat(32)} ${'1234567890'.repeat(4)} ${'f'.repeat(64)}`, found: [], why: 'numbers and fillers' },
    { text: '123e4567-e89b-12d3-a456-426614174000', found: [], why: 'UUID' },
  ])
})

test('threat-response 4.6: domains with known or reserved endings, IDN in punycode, and no words of programs', () => {
  check([
    {
      text: 'a.example b.test c.invalid d.localhost e.local f.internal g.onion h.co.uk i.home.arpa',
      found: [
        'a.example',
        'b.test',
        'c.invalid',
        'd.localhost',
        'e.local',
        'f.internal',
        'g.onion',
        'h.co.uk',
        'i.home.arpa',
      ].map((name) => `domain ${name}`),
      why: 'endings',
    },
    {
      text: 'bücher.example XN--BCHER-KVA.example',
      found: ['domain xn--bcher-kva.example'],
      why: 'IDN in both forms is one',
    },
    { text: 'домен.рф', found: ['domain xn--d1acufc.xn--p1ai'], why: 'an IDN ending' },
    { text: '联系a.example。', found: ['domain xn--a-895cw5g.example'], why: 'letters joined to a label are of it' },
    {
      text: '_dmarc.a.example a-b.example *.w.example .d.example d2.example.',
      found: [
        'domain _dmarc.a.example',
        'domain a-b.example',
        'domain w.example',
        'domain d.example',
        'domain d2.example',
      ],
      why: 'labels and edges',
    },
    {
      text: '_it.example_ **b.example**',
      found: ['domain it.example', 'domain b.example'],
      why: 'emphasis of Markdown',
    },
    { text: 'a.example:8443', found: ['domain a.example'], why: 'port' },
    { text: 'co.uk com.br example localhost', found: [], why: 'a suffix alone, one label' },
    {
      text: 'Win32/Agent.AE JS/Kryptik.BIK Linux/Agent.KD Trojan.Agent.ET System.IO',
      found: [],
      why: 'detection names and modules',
    },
    { text: 'It is done.In the morning', found: [], why: 'two sentences' },
    {
      text: 'EVIL.COM Example.COM PayPal.Com',
      found: ['domain evil.com', 'domain example.com', 'domain paypal.com'],
      why: 'capitals',
    },
    {
      text: '/etc/resolv.conf C:\\dir\\b.me \\\\srv.example\\share //cdn.example/x',
      found: ['domain srv.example', 'domain cdn.example'],
      why: 'part of a path, and hosts',
    },
    { text: 'foo.nosuchtld a..b.example -a.example', found: ['domain a.example'], why: 'no such ending, empty label' },
    { text: `${'a'.repeat(64)}.example ${'a.'.repeat(130)}example`, found: [], why: 'a label of 64, a name of 267' },
  ])
})

test('threat-response 3.2: URLs; trailing punctuation goes, brackets balance, the host is not told again', () => {
  check([
    {
      text: 'See https://a.example/b. Or (https://a.example/c), "https://a.example/d"!',
      found: ['url https://a.example/b', 'url https://a.example/c', 'url https://a.example/d'],
      why: 'punctuation',
    },
    { text: '(https://a.example/Foo_(bar))', found: ['url https://a.example/Foo_(bar)'], why: 'brackets inside' },
    {
      text: '[text](https://a.example/x) https://b.example[MISP] https://b.example/y[text]',
      found: ['url https://a.example/x', 'url https://b.example', 'url https://b.example/y'],
      why: 'Markdown and AsciiDoc',
    },
    {
      text: 'https://a.example/?q[]=1&r[b]=2#top',
      found: ['url https://a.example/?q[]=1&r[b]=2#top'],
      why: 'names with brackets',
    },
    { text: 'HTTPS://A.Example/Path', found: ['url https://a.example/Path'], why: 'case of scheme and host only' },
    { text: 'https://bücher.example/ä', found: ['url https://xn--bcher-kva.example/ä'], why: 'IDN' },
    {
      text: 'ftp://u:p@a.example:21/x ssh://192.0.2.1:22 stratum+tcp://p.example:3333 http://[2001:db8::1]:80/',
      found: [
        'url ftp://u:p@a.example:21/x',
        'url ssh://192.0.2.1:22',
        'url stratum+tcp://p.example:3333',
        'url http://[2001:db8::1]:80/',
      ],
      why: 'schemes, user, port, IPv6',
    },
    { text: '++https://a.example/x.php+++', found: ['url https://a.example/x.php'], why: 'passthrough of AsciiDoc' },
    {
      text: 'http://intranet/x http://localhost:8080',
      found: ['url http://intranet/x', 'url http://localhost:8080'],
      why: 'names of inside',
    },
    { text: 'foo://bar http:// http://... file:///etc/passwd', found: [], why: 'no host' },
    {
      text: 'https://a.example/?u=https://b.example/',
      found: ['url https://a.example/?u=https://b.example/'],
      why: 'a URL in a URL',
    },
  ])
})

test('threat-response 4.6: mail addresses; their domain is not told again', () => {
  check([
    {
      text: 'Bob <bob.b+x@Mail.example>, eve@192.0.2.1',
      found: ['email bob.b+x@mail.example', 'ip 192.0.2.1'],
      why: 'plus, case, address for a domain',
    },
    { text: 'mailto:bob@a.example.', found: ['email bob@a.example'], why: 'punctuation' },
    { text: 'bob@host @handle bob@', found: [], why: 'no domain' },
    { text: 't****.h******@a.example', found: ['domain a.example'], why: 'a hidden local part' },
    {
      text: 'a@b.example+c@d.example',
      found: ['email a@b.example', 'email c@d.example'],
      why: 'no value begins inside another',
    },
  ])
})

test('threat-response 4.6: file names by known extension; where it is a top-level domain too, proof decides', () => {
  check([
    {
      text: 'svchost.exe Invoice.DOCX %TEMP%\\a.dll /tmp/b.elf "c.ps1"',
      found: [
        'file_name svchost.exe',
        'file_name Invoice.DOCX',
        'file_name a.dll',
        'file_name b.elf',
        'file_name c.ps1',
      ],
      why: 'extensions',
    },
    {
      text: 'invoice.zip run.sh lib.so setup.py a.cab',
      found: ['invoice.zip', 'run.sh', 'lib.so', 'setup.py', 'a.cab'].map((name) => `file_name ${name}`),
      why: 'bare: a file',
    },
    {
      text: 'invoice[.]zip transfer.sh/x www.a.zip b.zip:443 //c.sh',
      found: ['domain invoice.zip', 'domain transfer.sh', 'domain www.a.zip', 'domain b.zip', 'domain c.sh'],
      why: 'proved: a domain',
    },
    {
      text: 'command.com C:\\DOS\\command.com',
      found: ['domain command.com', 'file_name command.com'],
      why: '.com: a domain, but for a path',
    },
    { text: 'README.md a.mov', found: [], why: 'neither proved a domain nor a file worth asking about' },
    { text: 'GET /b/x.php?l=a1.cab', found: ['file_name x.php', 'file_name a1.cab'], why: 'a request line' },
    { text: 'Акт-возврат.rar', found: ['file_name Акт-возврат.rar'], why: 'letters beyond ASCII' },
    { text: '.exe exe notes.unknown', found: [], why: 'no name, no extension, an unknown one' },
  ])
})

test('issue 8: networks keep their mask for Investigate; the address stands among the observables', () => {
  const found = inspectWithNetworks('10[.]0.0.0/8, 203.0.113.77/24 2001:db8:5::9/32 10.0.0.0/8 192.0.2.1/32')
  assert.deepEqual(found.networks, ['10.0.0.0/8', '203.0.113.0/24', '2001:db8::/32'])
  assert.deepEqual(shown(found.observables), ['ip 10.0.0.0', 'ip 203.0.113.77', 'ipv6 2001:db8:5::9', 'ip 192.0.2.1'])
  assert.deepEqual(inspectNetworks('192.0.2.0/24'), ['192.0.2.0/24'])
  assert.deepEqual(
    inspectNetworks('192.0.2.1/33 192.0.2.1/0 192.0.2.1/x 192.0.2.1/8.8.8.8 http://192.0.2.1/24 192.0.2.1/24a'),
    [],
  )
})

test('threat-response 3.2: any text gives values that are found again in themselves', () => {
  const word = fc.constantFrom(
    'a.example',
    '192.0.2.1',
    '[.]',
    '://',
    'hxxp',
    '@',
    '(',
    ')',
    '[',
    ']',
    '::',
    '2001:db8::1',
    '/',
    ' ',
    ',',
    '.exe',
    'x',
    'ü',
    '\\',
    '.',
    '-',
    '_',
    sha1,
    '+',
    '%',
    '?',
    '8',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 80 }),
        fc.array(word, { maxLength: 14 }).map((words) => words.join('')),
      ),
      (text) => {
        for (const observable of inspect(text)) {
          assert.notEqual(observable.value, '')
          const again = inspect(`see ${observable.value} there`)
          const type = observable.type === 'domain' ? /^(?:domain|file_name)$/ : new RegExp(`^${observable.type}$`)
          if (observable.type === 'file_name') continue // a file name may look like a domain where no path stands before it
          assert.ok(
            again.some((found) => type.test(found.type) && found.value === observable.value),
            JSON.stringify({ text, observable, again }),
          )
        }
      },
    ),
    { numRuns: 3000 },
  )
})
