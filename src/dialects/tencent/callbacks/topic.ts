import { asked, told } from '../../callbacks.ts'
import { dataOf } from '../group-shapes.ts'
import { operatorOf } from './accounts.ts'
import { named, shownFields } from './group.ts'
import { groupCodes, yesOrNo } from './replies.ts'

/** Only communities have topics. */
const Type = 'Community'

/** Before a topic is made. */
const beforeCreateTopic = asked({
  id: 'Group.CallbackBeforeCreateTopic',
  point: 'topic.create',
  body: (core, _call, { by, name }) => ({ Operator_Account: by, Type, Name: name, EventTime: core.clock() }),
  decide: yesOrNo(groupCodes),
})

/** A topic was made. */
const afterCreateTopic = told({
  id: 'Group.CallbackAfterCreateTopic',
  event: 'topic.created',
  body: (_core, news, { group, topic, owner, name, custom }, { at }) => ({
    GroupId: group.alias,
    TopicId: topic,
    Operator_Account: operatorOf(news),
    Owner_Account: owner,
    Type,
    Name: name,
    UserDefinedDataList: dataOf(custom),
    EventTime: at,
  }),
})

/** Topics were deleted. */
const afterTopicDestroyed = told({
  id: 'Group.CallbackAfterTopicDestroyed',
  event: 'topics.dismissed',
  body: (_core, _news, { group, topics }, { at }) => ({
    GroupId: group.alias,
    Type,
    TopicIdList: topics,
    EventTime: at,
  }),
})

/** Name, introduction, notice or avatar of a topic were changed. */
const afterTopicInfoChanged = told({
  id: 'Group.CallbackAfterTopicInfoChanged',
  event: 'topic.changed',
  body: (_core, news, { group, fields }, { at }) => ({
    ...named(group),
    Operator_Account: operatorOf(news),
    ...shownFields(fields, Object.keys(fields)),
    EventTime: at,
  }),
})

/** The commands about topics of `webhooks.json`. */
export const topics = {
  asked: [beforeCreateTopic],
  told: [afterCreateTopic, afterTopicDestroyed, afterTopicInfoChanged],
}
