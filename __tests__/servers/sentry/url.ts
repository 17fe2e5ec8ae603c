const SCHEMES = new Set(['http', 'https', 'ftp', 'ftps'])

/** Django's check of a URL, as the fields `url` have it: stricter than what browsers take. */
export function isUrl(text: string): boolean {
  const [, scheme = '', user, host = '', port, rest = ''] =
    /^([a-z0-9.+-]*):\/\/(?:([^\s/?#]*)@)?(\[[^\]\s]*\]|[^\s:/?#@]*)(?::([^/?#]*))?(.*)$/is.exec(text) ?? []
  if (!SCHEMES.has(scheme.toLowerCase()) || /\s/.test(rest)) return false
  if (user !== undefined && !/^[^:@]+(?::[^:@]*)?$/.test(user)) return false
  return isHost(host) && (port === undefined || /^\d{2,5}$/.test(port))
}

function isHost(host: string): boolean {
  if (host.toLowerCase() === 'localhost' || isIPv4(host)) return true
  if (host.startsWith('[')) return URL.canParse(`http://${host}/`)
  const labels = host.replace(/\.$/, '').split('.')
  const top = labels.pop() ?? ''
  return labels.length > 0 && labels.every(isLabel) && isTopLevel(top)
}

function isIPv4(host: string): boolean {
  const parts = host.split('.')
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

/** Letters of any script, digits, and hyphens inside; no underscore. */
function isLabel(label: string): boolean {
  return /^[a-z\d\u{a1}-\u{ffff}](?:[a-z\d\u{a1}-\u{ffff}-]{0,61}[a-z\d\u{a1}-\u{ffff}])?$/iu.test(label)
}

/** No digit in it, unless it is an encoded one. */
function isTopLevel(label: string): boolean {
  if (/^xn--[a-z\d]{1,59}$/i.test(label)) return true
  return /^[a-z\u{a1}-\u{ffff}-]{2,63}$/iu.test(label) && !/^-|-$/.test(label)
}
