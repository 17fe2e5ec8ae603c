import { describe, expect, it } from 'vitest'
import {
  changedInputs,
  check,
  oneOf,
  read,
  Refusals,
  type Rows,
  secretsOf,
} from '../../../src/inputs/field.ts'

const ROWS = {
  mode: { input: 'the-mode', default: 'slow', ...oneOf(['slow', 'fast']) },
  token: { input: 'a-token', env: 'TOKEN', secret: 'token', expected: 'a token', parse: (text) => text },
  name: {
    input: 'a-name',
    optional: true,
    expected: 'a name',
    parse: (text) => (text === 'bad' ? new Refusals([{ expected: 'a good name', got: text }]) : text),
  },
} satisfies Rows

const show = (text: string): string => `<${text}>`
const load = (env: Readonly<Record<string, string>>) => check(ROWS, read(ROWS, env), show)

describe('rows of inputs', () => {
  it('give values by property: the input, else its variable, else its default, else undefined', () => {
    expect(load({ 'INPUT_A-TOKEN': ' "x" ', TOKEN: 'y' }).values).toEqual({
      mode: 'slow',
      token: 'x',
      name: undefined,
    })
    expect(load({ 'INPUT_THE-MODE': 'fast', TOKEN: 'y' }).values).toMatchObject({ mode: 'fast', token: 'y' })
  })

  it('report every problem with the input or the variable, what was expected and what was got', () => {
    expect(load({ 'INPUT_THE-MODE': 'x', TOKEN: 'null', 'INPUT_A-NAME': 'bad' })).toEqual({
      values: undefined,
      problems: [
        'input the-mode: expected slow or fast, got <x>',
        expect.stringMatching(
          /^environment variable TOKEN: expected a token, got <null> \(this is what an empty/,
        ),
        'input a-name: expected a good name, got <bad>',
      ],
    })
    expect(load({}).problems).toEqual([
      expect.stringMatching(/^input a-token: expected a token \(GitHub gives no/),
    ])
  })

  it('tell which inputs have another meaning than their default, without variables', () => {
    expect(changedInputs(ROWS, { 'INPUT_THE-MODE': 'slow', TOKEN: 'y' })).toEqual([])
    expect(changedInputs(ROWS, { 'INPUT_THE-MODE': 'fast', 'INPUT_A-NAME': 'x' })).toEqual([
      'the-mode',
      'a-name',
    ])
  })

  it('name the secrets of inputs and variables, with and without quotes', () => {
    expect(secretsOf(Object.values(ROWS), { 'INPUT_A-TOKEN': "'x'", TOKEN: 'y' })).toEqual([
      "'x'",
      'x',
      'y',
      'y',
    ])
  })
})
