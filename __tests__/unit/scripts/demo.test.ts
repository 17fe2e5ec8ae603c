import { describe, expect, it } from 'vitest'
import { readCommandLine } from '../../../scripts/demo/command-line.ts'
import { githubHtml } from '../../../scripts/demo/github-html.ts'
import { logLines } from '../../../scripts/demo/log.ts'
import { summaryText } from '../../../scripts/demo/summary-text.ts'
import { wrap } from '../../../scripts/demo/terminal.ts'

describe('the command line of the demo', () => {
  it.each([
    [['--scenario', 'nothing'], 'There is no scenario "nothing". There are: missing, existing,'],
    [['--scenario', 'toString'], 'There is no scenario "toString".'],
    [['--keep'], '--keep takes one --scenario NAME.'],
    [['--keep', '--scenario', 'build', '--scenario', 'search'], '--keep takes one --scenario NAME.'],
    [['--document', 'file.md'], '--document takes one --scenario NAME.'],
    [['--scenarios'], "Unknown option '--scenarios'"],
    [['missing'], "Unexpected argument 'missing'"],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(message)
  })

  it('takes a file for the page, or leaves it to the program', () => {
    expect(readCommandLine(['--html', '/there/page.html', '--markdown'])).toMatchObject({
      html: '/there/page.html',
      markdown: true,
    })
    const { html, keep, names } = readCommandLine(['--html', '--keep', '--scenario', 'search'])
    expect({ keep, names }).toEqual({ keep: true, names: ['search'] })
    expect(html).toBe('')
    expect(readCommandLine([]).html).toBeUndefined()
  })
})

describe('the log as GitHub shows it', () => {
  it('has groups, annotations with their level, and no other command', () => {
    const stdout = [
      '::add-mask::secret%250A',
      '::group::Title',
      'inside with secret%0A in it',
      '::warning title=W::first%0Asecond',
      '::endgroup::',
      '::debug::hidden',
      '::error::100%25 broken',
      '::notice::so it is',
      'std::string is no command',
      '',
    ].join('\n')
    expect(logLines(stdout)).toEqual([
      '▾ Title',
      '  inside with *** in it',
      '  Warning: first',
      '           second',
      'Error: 100% broken',
      'Notice: so it is',
      'std::string is no command',
    ])
  })

  it('hands titles and levels to the painter, and nothing that a server wrote', () => {
    const painted = logLines('::group::Title\n::error::text', (text, kind) => `<${kind} ${text}>`)
    expect(painted).toEqual(['<group ▾ Title>', '  <error Error: >text'])
  })
})

describe('a job summary as text', () => {
  it('puts cells below each other and knows wide symbols', () => {
    const summary = [
      '<table>',
      '<tr><th>Status</th><th>Log</th></tr>',
      '<tr><td>✅ built<br>by x&#95;64,&#160;1</td><td><a href="https://a.example">log</a></td></tr>',
      '</table>',
      '<blockquote>one<br>two</blockquote>',
      '<p>three<br>four</p>',
      '<details><summary>end</summary>',
      '<pre>a &#60;b&#62;</pre>',
    ].join('\n')
    expect(summaryText(summary)).toEqual([
      'Status      Log',
      '✅ built    log',
      'by x_64, 1',
      '│ one',
      '│ two',
      'three',
      'four',
      '▸ end',
      'a <b>',
    ])
  })
})

describe('Markdown as GitHub shows it', () => {
  it('renders tables, details and what else is allowed, as it is', () => {
    const { html, removed } = githubHtml(
      [
        '| a | b |\n| :- | -: |\n| 1 | ~~2~~ |\n',
        '<details open><summary>More</summary>\n\n**bold**\n\n</details>\n',
        '<table><tr><th align="left">x&#95;y</th><td><a href="https://a.example/?a=1&amp;b=2">l</a></td></tr></table>',
      ].join('\n'),
    )
    expect(removed).toEqual([])
    expect(html).toContain('<th align="right">b</th>')
    expect(html).toContain('<del>2</del>')
    expect(html).toContain('<details open><summary>More</summary>')
    expect(html).toContain('<strong>bold</strong>')
    expect(html).toContain(
      '<th align="left">x&#95;y</th><td><a href="https://a.example/?a=1&amp;b=2">l</a></td>',
    )
  })

  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;', '<script>'],
    ['text <style>*{}</style>', '&lt;style&gt;*{}&lt;/style&gt;', '<style>'],
    ['<b onclick="alert(1)">x</b>', '<b>x</b>', 'onclick of <b>'],
    ['<b/onclick=alert(1)>x</b>', '&lt;b/onclick=alert(1)&gt;x</b>', undefined],
    ['<a href="javascript:alert(1)">x</a>', '<a>x</a>', 'href of <a>'],
    ['<a href="java&#115;cript:alert(1)">x</a>', '<a>x</a>', 'href of <a>'],
    ['<a href=" &#x6A;avascript:alert(1)">x</a>', '<a>x</a>', 'href of <a>'],
    [
      '<a href="java&Tab;script&colon;alert(1)">x</a>',
      'href="java&amp;Tab;script&amp;colon;alert(1)"',
      undefined,
    ],
    ['<img src="x" onerror="alert(1)">', '<img src="x">', 'onerror of <img>'],
    ['[x](javascript:alert(1))', '<p>x</p>', 'the link to javascript:alert(1)'],
    ['![x](data:text/html,1)', '<p>x</p>', 'the image data:text/html,1'],
    ['<!-- <script> -->', '&lt;!-- &lt;script&gt; --&gt;', '<script>'],
    ['<iframe src="https://a.example">', '&lt;iframe src=&quot;https://a.example&quot;&gt;', '<iframe>'],
  ])('takes the danger out of %s and says so', (markdown, shown, named) => {
    const { html, removed } = githubHtml(markdown)
    expect(html).toContain(shown)
    expect(removed).toEqual(named === undefined ? [] : [named])
  })

  it('shows the source of a diagram, and that it is one', () => {
    const { html } = githubHtml('```mermaid\ngantt\n  a <b>\n```\n\n```js\n1 < 2\n```')
    expect(html).toContain('<pre class="mermaid">gantt\n  a &lt;b&gt;</pre>')
    expect(html).toContain('shows its source.</figcaption>')
    expect(html).toContain('<pre><code class="language-js">1 &lt; 2\n</code></pre>')
  })
})

describe('text for a terminal', () => {
  it('is broken between words, and only there', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('unbreakable word', 5)).toEqual(['unbreakable', 'word'])
  })
})
