import type { Check } from '../place.ts'
import { commitChecks } from './commits.ts'
import { deployChecks } from './deploys.ts'
import { inputChecks } from './inputs.ts'
import { killChecks } from './kill.ts'
import { releaseChecks } from './release.ts'
import { sourceMapChecks } from './source-maps.ts'

export const checks: readonly Check[] = [
  ...inputChecks,
  ...releaseChecks,
  ...commitChecks,
  ...deployChecks,
  ...sourceMapChecks,
  ...killChecks,
]
