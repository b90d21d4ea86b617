import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hideSecrets } from './hide-secrets.ts'

test('contract 2.4: a secret is taken out of a text in whatever form it stands there, and nothing else is', () => {
  const cases: readonly (readonly [why: string, secrets: readonly string[], text: string, shown: string])[] = [
    ['long, inside of a word', ['s3cret'], 'keys3cretkey', 'key********key'],
    ['long, twice', ['s3cret'], 's3cret s3cret', '******** ********'],
    ['short, by itself', ['abc'], 'Bad abc', 'Bad ********'],
    ['short, behind a sign', ['abc'], 'key=abc&id=1: "abc", [abc]', 'key=********&id=1: "********", [********]'],
    ['short, beside an underscore', ['abc'], 'key_abc', 'key_********'],
    ['short, inside of a word', ['abc'], 'abcdef and fabc and éabc', 'abcdef and fabc and éabc'],
    ['one letter', ['a'], 'a cat, a=a', '******** cat, ********=********'],
    ['signs at its ends', ['!a!'], 'x!a!x', 'x********x'],
    ['signs of expressions', ['.*'], 'a.*b .c', 'a********b .c'],
    ['of other alphabets', ['ключ'], 'ключ ключи', '******** ключи'],
    [
      'in an address',
      ['p@ss/1'],
      'https://x.example/?k=p%40ss%2F1&q=p@ss/1',
      'https://x.example/?k=********&q=********',
    ],
    ['one that holds another', ['abc', 'abc-defghi'], 'abc-defghi', '********'],
    ['none', ['', 'abc'], 'nothing to hide', 'nothing to hide'],
    ['half a pair', ['\ud800xy'], 'is \ud800xy', 'is ********'],
  ]
  for (const [why, secrets, text, shown] of cases) assert.equal(hideSecrets(secrets)(text), shown, why)
})

test('contract 2.4: of a text that was cut the beginning of a secret is taken out', () => {
  const filler = 'word '.repeat(40)
  assert.equal(hideSecrets(['0123456789'])(`${filler}01234567`), `${filler}********`)
  assert.equal(hideSecrets(['wxyz'])(`${filler}wxy`), `${filler}********`)
  assert.equal(hideSecrets(['0123456789'])(`${filler}0123`), `${filler}0123`)
  assert.equal(hideSecrets(['wxyz'])('short, and ends in wxy'), 'short, and ends in wxy')
})
