import { existsSync, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import footnotes from 'markdown-it-footnote'
import { withMermaid } from 'vitepress-plugin-mermaid'

// The pages are those of the repository, as they are. Files that are no pages are linked in the repository.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const repository = process.env.PROJECT_HOME ?? 'https://github.com/OWNER/jooq-cache'

function linkFilesInTheRepository(md) {
  md.core.ruler.push('repository-links', (state) => {
    const page = resolve(root, state.env.relativePath === 'index.md' ? 'README.md' : state.env.relativePath)
    for (const block of state.tokens) {
      for (const token of block.children ?? []) {
        const href = token.type === 'link_open' ? token.attrGet('href') : null
        if (!href || /^([a-z]+:|#)/.test(href) || /\.md(#|$)/.test(href)) continue
        const file = resolve(dirname(page), href)
        if (!existsSync(file)) throw new Error(`${relative(root, page)}: dead link ${href}`)
        const kind = statSync(file).isDirectory() ? 'tree' : 'blob'
        token.attrSet('href', `${repository}/${kind}/main/${relative(root, file)}`)
      }
    }
  })
}

// Links with an anchor work here and there.
const asOnGitHub = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')

const page = (text, name) => ({ text, link: `/docs/${name}` })

export default withMermaid({
  title: 'jooq-cache',
  description: 'A query-result cache for jOOQ that is never wrong',
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '..',
  srcExclude: ['**/target/**', '**/node_modules/**', 'site/**', '.github/**', 'sample/**', 'benchmarks/**', '.*/**'],
  outDir: './target/site',
  cacheDir: './target/cache',
  rewrites: { 'README.md': 'index.md' },
  metaChunk: true,
  markdown: { anchor: { slugify: asOnGitHub }, config: (md) => md.use(footnotes).use(linkFilesInTheRepository) },
  // The pages lie beside this directory, from where Vue is not found.
  vite: { resolve: { alias: [{ find: /^vue$|^vue(?=\/)/, replacement: resolve(root, 'site/node_modules/vue') }] } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    externalLinkIcon: false,
    nav: [
      { text: 'Settings', link: '/docs/configuration' },
      { text: 'Bypass reasons', link: '/docs/bypass-reasons' },
      { text: 'Benchmarks', link: '/docs/benchmarks' },
      { text: 'Changes', link: '/CHANGELOG' }
    ],
    sidebar: [
      {
        text: 'Begin',
        items: [
          { text: 'Overview and quick start', link: '/' },
          page('Spring and Spring Boot', 'spring'),
          page('Configuration', 'configuration'),
          page('Bypass reasons', 'bypass-reasons'),
          page('Operations', 'operations'),
          page('Comparison', 'comparison'),
          page('Benchmarks', 'benchmarks')
        ]
      },
      {
        text: 'Databases and connections',
        items: [
          page('Databases and isolation levels', 'databases'),
          page('Data sources', 'data-sources'),
          page('Tenants and routing', 'tenants-and-routing'),
          page('Many nodes', 'many-nodes'),
          page('JTA', 'jta')
        ]
      },
      {
        text: 'Features',
        items: [
          page('Views, triggers, cascades, routines', 'views-and-triggers'),
          page('Row-level invalidation', 'row-level-invalidation'),
          page('Prepared queries', 'prepared-queries'),
          page('Maven plugin', 'codegen-plugin')
        ]
      },
      {
        text: 'Why it is right',
        items: [
          page('Correctness', 'correctness'),
          page('Proof', 'proof'),
          page('Design decisions', 'design-decisions'),
          page('Glossary', 'glossary')
        ]
      },
      {
        text: 'Contribute',
        items: [
          { text: 'Contributing', link: '/CONTRIBUTING' },
          page('Architecture', 'architecture'),
          page('Releasing', 'releasing'),
          { text: 'Security', link: '/SECURITY' }
        ]
      }
    ]
  }
})
