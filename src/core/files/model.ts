/** A file that a user handed in, besides its bytes. */
export interface StoredFile {
  /** 128 bits by chance: who knows it may read the file. */
  id: string
  app: number
  user: string
  /** Its content type, as the user said. */
  type: string
  name: string
  size: number
  /** When it came (ms). */
  at: number
}

/** Something that only the server knows, made once and kept with its data. */
export interface Secret {
  name: string
  /** 32 bytes, hexadecimal. */
  value: string
}
