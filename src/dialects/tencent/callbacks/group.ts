import type { Core } from '../../../core/core.ts'
import { kindOf } from '../../../core/groups/kinds.ts'
import type { Group } from '../../../core/model.ts'
import { asked, told } from '../../callbacks.ts'
import { dataOf, kindsShownAs, typeOf } from '../group-shapes.ts'
import { memberList, operatorOf } from './accounts.ts'
import { groupCodes, yesOrNo } from './replies.ts'

/** Which group: its id and its Type, by the old names. */
export function named(group: Group) {
  return { GroupId: group.alias, Type: typeOf(group) }
}

/** Before a group is made. */
const beforeCreateGroup = asked({
  id: 'Group.CallbackBeforeCreateGroup',
  point: 'group.create',
  async body(core, call, { owner, name, kind, members, invited }) {
    const Type = kindOf(kind).shown.tencent
    return {
      Operator_Account: operatorOf(call),
      Owner_Account: owner,
      Type,
      Name: name,
      CreateGroupNum: await madeBy(core, call.app.id, owner, Type),
      MemberList: memberList([...members, ...invited].filter(user => user !== owner)),
      EventTime: core.clock(),
    }
  },
  decide: yesOrNo(groupCodes),
})

/** How many groups of a Type somebody made and is in. */
async function madeBy(core: Core, app: number, user: string, type: string): Promise<number> {
  if (user === '') return 0
  const places = await core.members.placesOf(app, user, kindsShownAs(type))
  return places.filter(({ group }) => group.creator === user).length
}

/** A group was made. */
const afterCreateGroup = told({
  id: 'Group.CallbackAfterCreateGroup',
  event: 'group.created',
  body: (_core, news, { group, members }, { at }) => ({
    GroupId: group.alias,
    Operator_Account: operatorOf(news),
    Owner_Account: group.owner,
    Type: typeOf(group),
    Name: group.name ?? '',
    MemberList: memberList(members.filter(user => user !== group.owner)),
    UserDefinedDataList: dataOf(group.custom),
    EventTime: at,
  }),
})

/** A join took the last place, or found none. */
const afterGroupFull = told({
  id: 'Group.CallbackAfterGroupFull',
  event: 'group.full',
  body: (_core, _news, { group }, { at }) => ({ GroupId: group.alias, EventTime: at }),
})

/** A group was disbanded. Communities are too large for a list of their members. */
const afterGroupDestroyed = told({
  id: 'Group.CallbackAfterGroupDestroyed',
  event: 'group.dismissed',
  body(_core, _news, { group, members }, { at }) {
    const Type = typeOf(group)
    return {
      GroupId: group.alias,
      Type,
      Owner_Account: group.owner,
      Name: group.name ?? '',
      ...(Type === 'Community' ? {} : { MemberList: memberList(members) }),
      EventTime: at,
    }
  },
})

const shown = { name: 'Name', description: 'Introduction', notice: 'Notification', avatar: 'FaceUrl' } as const

/** Of what is shown of a group or a topic, the fields that were written, as they are now. */
export function shownFields(of: { [Field in keyof typeof shown]?: string }, written: readonly string[]) {
  const names = Object.keys(shown) as (keyof typeof shown)[]
  return Object.fromEntries(names.filter(name => written.includes(name)).map(name => [shown[name], of[name] ?? '']))
}

/** Name, introduction, notice or avatar of a group were changed; nothing else is told. */
const afterGroupInfoChanged = told({
  id: 'Group.CallbackAfterGroupInfoChanged',
  event: 'group.changed',
  fires: (_news, { fields }) => fields.some(name => name in shown),
  body: (_core, news, { group, fields }, { at }) => ({
    ...named(group),
    Operator_Account: operatorOf(news),
    ...shownFields(group, fields),
    EventTime: at,
  }),
})

/** The attributes of a group were changed. */
const afterGroupAttrChanged = told({
  id: 'Group.CallbackAfterGroupAttrChanged',
  event: 'group.attributes',
  body: (_core, news, { group, what, attributes }, { at }) => ({
    ...named(group),
    Operator_Account: operatorOf(news),
    OptionType: what,
    GroupAttr: Object.entries(attributes).map(([key, value]) => ({ key, value })),
    EventTime: at,
  }),
})

/** A group got another owner. */
const afterChangeGroupOwner = told({
  id: 'Group.CallbackAfterChangeGroupOwner',
  event: 'group.owner',
  body: (_core, news, { group, old, owner }, { at }) => ({
    ...named(group),
    Operator_Account: operatorOf(news),
    OldOwner_Account: old,
    NewOwner_Account: owner,
    EventTime: at,
  }),
})

/** The commands about groups of `webhooks.json`. */
export const groups = {
  asked: [beforeCreateGroup],
  told: [
    afterCreateGroup,
    afterGroupFull,
    afterGroupDestroyed,
    afterGroupInfoChanged,
    afterGroupAttrChanged,
    afterChangeGroupOwner,
  ],
}
