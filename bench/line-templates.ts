// What the lines of a bench are made of: original texts, names under .example.

export const startAt = Date.UTC(2026, 10, 24, 6, 0, 0)
export const signatures = Array.from({ length: 400 }, (_, index) => ({
  sid: 2_000_000 + index * 37,
  name: `EXAMPLE ${['TROJAN', 'SCAN', 'POLICY', 'WEB_SERVER', 'MALWARE', 'DNS'][index % 6]} ${['Beacon', 'Probe', 'Download', 'Upload', 'Login', 'Lookup', 'Tunnel'][index % 7]} variant ${index}`,
  category: ['A Network Trojan was detected', 'Attempted Information Leak', 'Potential Corporate Privacy Violation'][
    index % 3
  ],
  severity: 1 + (index % 3),
}))
export const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/118.0',
  'curl/8.4.0',
  'python-requests/2.31.0',
]
export const payloadText =
  'POST /gate.php?session= HTTP/1.1\r\nHost: updates.example\r\nUser-Agent: Mozilla/5.0 (compatible)\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 312\r\nConnection: keep-alive\r\nAccept: */*\r\n\r\nid=&token=&os=Windows+10&arch=x64&build=19045&user=guest&domain=WORKGROUP&uptime=88213&version=4.2.1&campaign=autumn&interval=60&jitter=12&key='

export const tcpState = {
  tcp_flags: '1b',
  tcp_flags_ts: '1b',
  tcp_flags_tc: '1b',
  syn: true,
  fin: true,
  psh: true,
  ack: true,
  state: 'closed',
  ts_max_regions: 1,
  tc_max_regions: 1,
}

export const httpHeaders = {
  http_refer: 'https://portal.corp.example/start',
  request_headers: [
    { name: 'Accept', value: 'text/html,application/xhtml+xml' },
    { name: 'Accept-Language', value: 'en-US,en;q=0.5' },
    { name: 'Connection', value: 'keep-alive' },
  ],
  response_headers: [
    { name: 'Server', value: 'nginx/1.24.0' },
    { name: 'Cache-Control', value: 'max-age=3600' },
    { name: 'Content-Encoding', value: 'gzip' },
  ],
}
