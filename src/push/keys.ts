import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto'

/** What is wrong with a private key for APNs, which is a P-256 key as PEM text; undefined when nothing is. */
export function wrongP256(pem: string): string | undefined {
  const key = keyIn(pem)
  if (!key) return 'is no private key (PEM)'
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? undefined : 'is no P-256 key, which APNs wants'
}

/** What is wrong with a service account's private key, which is an RSA key as PEM text. */
export function wrongRsa(pem: string): string | undefined {
  const key = keyIn(pem)
  if (!key) return 'is no private key (PEM)'
  return key.asymmetricKeyType === 'rsa' ? undefined : 'is no RSA key, which Google wants'
}

/** What is wrong with the halves of a VAPID pair in base64url. */
export function wrongVapid(publicKey: string, privateKey: string): string | undefined {
  const [shown, secret] = [publicKey, privateKey].map(half => Buffer.from(half, 'base64url')) as [Buffer, Buffer]
  if (!isBase64Url(publicKey) || shown.length !== 65 || shown[0] !== 4)
    return 'publicKey is no P-256 point in base64url'
  if (!isBase64Url(privateKey) || secret.length !== 32) return 'privateKey is no P-256 key in base64url'
  return pointOf(secret)?.equals(shown) ? undefined : 'privateKey and publicKey are not of one pair'
}

function keyIn(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

function pointOf(secret: Buffer): Buffer | undefined {
  try {
    const curve = createECDH('prime256v1')
    curve.setPrivateKey(secret)
    return curve.getPublicKey()
  } catch {
    return undefined
  }
}

function isBase64Url(text: string): boolean {
  return /^[\w-]+$/.test(text)
}
