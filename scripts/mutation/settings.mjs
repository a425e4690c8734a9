/** What was asked for on the command line (scripts/mutation.mjs), for Stryker's processes, which are told through their environment. */
export const settings = JSON.parse(process.env.ZTM_MUTATION ?? '{"paths":[],"tests":[],"sample":1,"from":0,"jobs":1}')

/** Whether a mutant is one of the sample: every so manieth, in the order of files and of places in them, from one on. */
export function drawn({ id }) {
  return Number(id) % settings.sample === settings.from
}
