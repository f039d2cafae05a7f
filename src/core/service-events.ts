import type { Conversation, Group, Message } from './model.ts'

/** What happened around the messaging proper: topics, channels, checks of content, pushes, signalling, and the service itself. */
export type ServiceEvent =
  | { type: 'topic.created'; group: Group; topic: string; owner: string; name: string; custom: Record<string, string> }
  | {
      type: 'topic.changed'
      group: Group
      topic: string
      fields: { name?: string; description?: string; notice?: string; avatar?: string }
    }
  | { type: 'topics.dismissed'; group: Group; topics: string[] }
  | { type: 'channel.created'; channel: string; owner: string; name: string }
  | {
      type: 'channel.changed'
      channel: string
      fields: { name?: string; description?: string; avatar?: string; organization?: string }
    }
  | { type: 'channel.dismissed'; channel: string; owner: string; name: string }
  | { type: 'channel.full'; channel: string }
  | { type: 'channel.subscribed'; channel: string; users: string[] }
  | { type: 'channel.unsubscribed'; channel: string; users: string[] }
  | { type: 'channel.sent'; channel: string; message: Message }
  | { type: 'channel.recalled'; channel: string; messages: Message[] }
  | {
      type: 'content.checked'
      scene: string
      from: string
      message?: Message
      conversation?: Conversation
      kind: 'text' | 'image' | 'audio' | 'video'
      texts: string[]
      url?: string
      blocked: boolean
      request: string
      keywords: string[]
      suggestion: 'block' | 'review' | 'normal'
      label: string
    }
  | {
      type: 'push.done'
      user: string
      message: Message
      conversation: Conversation
      engine: string
      stage: 'sent' | 'delivered' | 'clicked'
      error?: { code: number; text: string }
    }
  | {
      type: 'push.all.done'
      user: string
      task: string
      started: number
      engine: string
      stage: 'sent' | 'delivered' | 'clicked'
      error?: { code: number; text: string }
    }
  | {
      type: 'signal'
      what: 'created' | 'closed' | 'left' | 'joined' | 'invited' | 'cancelled' | 'accepted' | 'rejected' | 'control'
      channel: string
      name: string
      created: number
      creator: string
      from: string
      to?: string
      uid?: number
      request?: string
      ext?: string
      attach?: string
      stored: boolean
      push?: { title: string; text: string; payload: string; badge: boolean }
    }
  /** Calls of one operation went over its rate. */
  | { type: 'rate.exceeded'; operation: string; calls: number; limit: number }
  | { type: 'quota.near'; what: 'groups'; used: number; limit: number }
  /** A before-hook got no usable answer. */
  | { type: 'hook.failed'; reason: string; body: string }
  /** What a service outside of messaging reports: call lines, text messages, recordings, uploads. */
  | { type: 'report'; of: string; fields: Record<string, unknown> }
