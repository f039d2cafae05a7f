import { asked, told } from '../../callbacks.ts'
import { keyOf, textOf } from '../handles.ts'
import { operatorOf } from './accounts.ts'
import { contentFields } from './message-fields.ts'
import { yesOrNo } from './replies.ts'

// Which codes of its own an app may use here is not known: every other code than 0 is the service's refusal.
const decide = yesOrNo()

function subscribers(users: readonly string[]) {
  return users.map(Subscriber_Account => ({ Subscriber_Account }))
}

/** Before a channel is made. */
const beforeCreate = asked({
  id: 'OfficialAccount.CallbackBeforeCreateOfficialAccount',
  point: 'channel.create',
  body: (core, _call, { by, owner, name }) => ({
    Operator_Account: by,
    Owner_Account: owner,
    Name: name,
    EventTime: core.clock(),
  }),
  decide,
})

/** A channel was made. */
const afterCreate = told({
  id: 'OfficialAccount.CallbackAfterCreateOfficialAccount',
  event: 'channel.created',
  body: (_core, news, { channel, owner, name }, { at }) => ({
    Operator_Account: operatorOf(news),
    Official_Account: channel,
    Owner_Account: owner,
    Name: name,
    EventTime: at,
  }),
})

const shown = { name: 'Name', description: 'Introduction', avatar: 'FaceUrl', organization: 'Organization' } as const

/** What is shown of a channel was changed; only what was. */
const afterInfoChanged = told({
  id: 'OfficialAccount.CallbackAfterOfficialAccountInfoChanged',
  event: 'channel.changed',
  body: (_core, news, { channel, fields }, { at }) => ({
    Official_Account: channel,
    Operator_Account: operatorOf(news),
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [shown[name as keyof typeof shown], value])),
    EventTime: at,
  }),
})

/** A channel was deleted. */
const afterDestroyed = told({
  id: 'OfficialAccount.CallbackAfterOfficialAccountDestroyed',
  event: 'channel.dismissed',
  body: (_core, _news, { channel, owner, name }, { at }) => ({
    Official_Account: channel,
    Owner_Account: owner,
    Name: name,
    EventTime: at,
  }),
})

/** Before accounts subscribe to a channel. */
const beforeAddSubscriber = asked({
  id: 'OfficialAccount.CallbackBeforeAddSubscriber',
  point: 'channel.subscribe',
  body: (core, _call, { channel, by, users }) => ({
    Official_Account: channel,
    Operator_Account: by,
    SubscribeAccountList: subscribers(users),
    EventTime: core.clock(),
  }),
  decide,
})

/** Accounts subscribed to a channel. */
const afterAddSubscriber = told({
  id: 'OfficialAccount.CallbackAfterAddSubscriber',
  event: 'channel.subscribed',
  body: (_core, news, { channel, users }, { at }) => ({
    Official_Account: channel,
    Operator_Account: operatorOf(news),
    SubscribeAccountList: subscribers(users),
    EventTime: at,
  }),
})

/** A channel takes no more subscribers. */
const afterFull = told({
  id: 'OfficialAccount.CallbackAfterOfficialAccountFull',
  event: 'channel.full',
  body: (_core, _news, { channel }, { at }) => ({ Official_Account: channel, EventTime: at }),
})

/** Accounts subscribe no longer to a channel. */
const afterDeleteSubscriber = told({
  id: 'OfficialAccount.CallbackAfterDeleteSubscriber',
  event: 'channel.unsubscribed',
  body: (_core, news, { channel, users }, { at }) => ({
    Official_Account: channel,
    Operator_Account: operatorOf(news),
    SubscribeAccountList: subscribers(users),
    EventTime: at,
  }),
})

/** Before a channel's message. */
const beforeSendMsg = asked({
  id: 'OfficialAccount.CallbackBeforeSendMsg',
  point: 'channel.send',
  body: (core, _call, { channel, parts, native, passing }) => ({
    Official_Account: channel,
    OnlineOnlyFlag: passing ? 1 : 0,
    ...contentFields({ parts, native }),
    EventTime: core.clock(),
  }),
  decide,
})

/** A channel's message was sent. */
const afterSendMsg = told({
  id: 'OfficialAccount.CallbackAfterSendMsg',
  event: 'channel.sent',
  body(_core, _news, { channel, message }, { at }) {
    const key = keyOf(message)
    return {
      Official_Account: channel,
      MsgKey: textOf(key),
      MsgTime: key.MsgTime,
      OnlineOnlyFlag: message.seq === 0 ? 1 : 0,
      ...contentFields(message),
      EventTime: at,
    }
  },
})

/** Messages of a channel were recalled. */
const afterMsgWithDraw = told({
  id: 'OfficialAccount.CallbackAfterMsgWithDraw',
  event: 'channel.recalled',
  body: (_core, _news, { channel, messages }, { at }) => ({
    Official_Account: channel,
    WithdrawMsgList: messages.map(message => ({ MsgKey: textOf(keyOf(message)) })),
    EventTime: at,
  }),
})

/** The commands about channels of `webhooks.json`. */
export const officialAccounts = {
  asked: [beforeCreate, beforeAddSubscriber, beforeSendMsg],
  told: [
    afterCreate,
    afterInfoChanged,
    afterDestroyed,
    afterAddSubscriber,
    afterFull,
    afterDeleteSubscriber,
    afterSendMsg,
    afterMsgWithDraw,
  ],
}
