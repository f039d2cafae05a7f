/** How nodes tell each other that there is news. At most once; whoever must not miss anything reads the log. */
export interface Bus {
  /** Hands the news to everybody who listens to the subject, on this node too. Never waits, never throws. */
  publish(subject: string, news: object): void
  /** Listens until the returned function is called. Handlers must not throw. */
  subscribe(subject: string, handler: (news: object) => void): () => void
  close(): Promise<void>
}
