// `sallyport link`: a new one-time link that signs the owner in to the console.
import type { SignInLink } from '../wire/api/fleet.ts'
import { openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { shownTime } from './show.ts'
import { say } from './terminal.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const link: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText('after', examples([['xdg-open "$(sallyport link)"', 'opens the console, signed in']]))
    .action(
      session.runs(async (options: Options) => {
        await using client = await openClient(session, options.data, 'server')
        const made = await client.post<SignInLink>('sessions/links')
        await print(session.terminal, options.output, { document: made, table: [made.link] })
        say(session.terminal, `Good for one sign-in until ${shownTime(made.expires)}: open it in a browser.`)
        await suggest(session, options, 'status')
        return 0
      }),
    )
}
