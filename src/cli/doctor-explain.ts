// `sallyport doctor explain`: what a code means and what to do, without any network.
import { codes, isCode, retired } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'
import { explanations } from '../core/explanations.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { suggest } from './suggest.ts'

type Options = { readonly output: OutputFormat }

export const doctorExplain: DefineCommand = (command, session) => {
  command
    .argument('<CODE>', 'as errors, doctor, console and logs show it: tls.untrusted')
    .addOption(outputOption())
    .addHelpText('after', examples([['sallyport doctor explain tcp.refused', 'works offline, of any machine']]))
    .action(
      session.runs(async (code: string, options: Options) => {
        if (!isCode(code)) throw unknownCode(code)
        const { cause, remedy } = codes[code]
        const more = explanations[code] ?? ''
        await print(session.terminal, options.output, {
          document: { v: 1, code, cause, remedy, more },
          table: [code, '', `${cause}.`, ...(more === '' ? [] : ['', ...more.split('\n')]), '', `fix: ${remedy}`],
        })
        await suggest(session, options, ['doctor', 'whether it holds on this machine'])
        return 0
      }),
    )
}

function unknownCode(code: string): Fault {
  const ended = Object.hasOwn(retired, code) ? ` It ended with ${retired[code] ?? ''}.` : ''
  const [layer = ''] = code.split('.')
  const near = Object.keys(codes).filter((one) => one.startsWith(`${layer}.`))
  return new Fault('input.malformed', {
    what: `There is no code "${code}".${ended}`,
    remedy: near.length > 0 ? `Of ${layer} there are: ${near.join(', ')}.` : 'See docs/codes/.',
  })
}
