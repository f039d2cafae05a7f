import { json, type NoticeRow } from './forms.ts'

/** What the server says in a team: one row for each operation that makes it say so, then what none does yet. */
export const notices: NoticeRow[] = [
  {
    what: 'invited',
    call: {
      by: 'netease',
      operation: 'team/add.action',
      send: { tid: '<tid>', owner: '1001', members: '["1003"]', magree: 0, msg: 'welcome', attach: '{"from":"web"}' },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Invited","Operator_Account":"1001","MemberList":[{"Member_Account":"1003"}],"Text":"welcome"}',
              Desc: '',
              Ext: '{"from":"web"}',
              Sound: '',
            },
          },
        ],
      },
      netease: {
        type: 5,
        body: { tid: '<tid>', ope: 0, accids: ['1003'], attach: '{"from":"web"}', updatetime: '<time>' },
      },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 added 1003: welcome' }) },
      native: [
        { type: 'notice', what: 'invited', by: '1001', users: ['1003'], text: 'welcome', ext: '{"from":"web"}' },
      ],
    },
  },
  {
    what: 'kicked',
    call: {
      by: 'netease',
      operation: 'team/kick.action',
      send: { tid: '<tid>', owner: '1001', member: '1002', attach: '{"for":"spam"}' },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Kicked","Operator_Account":"1001","MemberList":[{"Member_Account":"1002"}]}',
              Desc: '',
              Ext: '{"for":"spam"}',
              Sound: '',
            },
          },
        ],
      },
      netease: {
        type: 5,
        body: { tid: '<tid>', ope: 1, accids: ['1002'], attach: '{"for":"spam"}', updatetime: '<time>' },
      },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 removed 1002' }) },
      native: [{ type: 'notice', what: 'kicked', by: '1001', users: ['1002'], ext: '{"for":"spam"}' }],
    },
  },
  {
    what: 'left',
    call: { by: 'netease', operation: 'team/leave.action', send: { tid: '<tid>', accid: '1002' } },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Quit","Operator_Account":"1002","MemberList":[{"Member_Account":"1002"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 2, accids: ['1002'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1002 left' }) },
      native: [{ type: 'notice', what: 'left', by: '1002', users: ['1002'] }],
    },
  },
  {
    what: 'changed',
    call: {
      by: 'netease',
      operation: 'team/update.action',
      send: {
        tid: '<tid>',
        owner: '1001',
        tname: 'Summits',
        intro: 'We go up',
        announcement: 'Bring rope',
        joinmode: 1,
        icon: 'https://cdn.example.com/icon.png',
      },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"InfoChanged","Operator_Account":"1001","GroupInfo":{"Name":"Summits","Notification":"Bring rope","Introduction":"We go up","FaceUrl":"https://cdn.example.com/icon.png"}}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: {
        type: 5,
        body: {
          tid: '<tid>',
          tname: 'Summits',
          ope: 3,
          intro: 'We go up',
          announcement: 'Bring rope',
          joinmode: 1,
          updatetime: '<time>',
        },
      },
      volcengine: {
        MsgType: 10008,
        Content: json({ text: '1001 changed the group\nname: Summits\ndescription: We go up\nnotice: Bring rope' }),
      },
      native: [
        {
          type: 'notice',
          by: '1001',
          what: 'changed',
          changes: {
            name: 'Summits',
            notice: 'Bring rope',
            description: 'We go up',
            avatar: 'https://cdn.example.com/icon.png',
            join: 'approval',
          },
        },
      ],
    },
  },
  {
    what: 'invited',
    call: {
      by: 'tencent',
      operation: 'group_open_http_svc/add_group_member',
      send: { GroupId: '<alias>', MemberList: [{ Member_Account: '1003' }] },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Invited","Operator_Account":"administrator","MemberList":[{"Member_Account":"1003"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 0, accids: ['1003'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: 'administrator added 1003' }) },
      native: [{ type: 'notice', what: 'invited', by: 'administrator', users: ['1003'] }],
    },
  },
  {
    what: 'kicked',
    call: {
      by: 'tencent',
      operation: 'group_open_http_svc/delete_group_member',
      send: { GroupId: '<alias>', MemberToDel_Account: ['1002'], Reason: 'spam' },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Kicked","Operator_Account":"administrator","MemberList":[{"Member_Account":"1002"}],"Text":"spam"}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 1, accids: ['1002'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: 'administrator removed 1002: spam' }) },
      native: [{ type: 'notice', what: 'kicked', by: 'administrator', users: ['1002'], text: 'spam' }],
    },
  },
  {
    what: 'changed',
    call: {
      by: 'tencent',
      operation: 'group_open_http_svc/modify_group_base_info',
      send: {
        GroupId: '<alias>',
        Name: 'Summits',
        Introduction: 'We go up',
        Notification: 'Bring rope',
        FaceUrl: 'https://cdn.example.com/icon.png',
      },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"InfoChanged","Operator_Account":"administrator","GroupInfo":{"Name":"Summits","Introduction":"We go up","Notification":"Bring rope","FaceUrl":"https://cdn.example.com/icon.png"}}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: {
        type: 5,
        body: {
          tid: '<tid>',
          tname: 'Summits',
          ope: 3,
          intro: 'We go up',
          announcement: 'Bring rope',
          updatetime: '<time>',
        },
      },
      volcengine: {
        MsgType: 10008,
        Content: json({
          text: 'administrator changed the group\nname: Summits\ndescription: We go up\nnotice: Bring rope',
        }),
      },
      native: [
        {
          type: 'notice',
          by: 'administrator',
          what: 'changed',
          changes: {
            name: 'Summits',
            description: 'We go up',
            notice: 'Bring rope',
            avatar: 'https://cdn.example.com/icon.png',
          },
        },
      ],
    },
  },
  {
    what: 'invited',
    call: {
      by: 'volcengine',
      operation: 'BatchAddConversationParticipant',
      send: { ConversationShortId: '<tid>', Operator: 1001, ParticipantInfos: [{ ParticipantUserId: 1003 }] },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Invited","Operator_Account":"1001","MemberList":[{"Member_Account":"1003"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 0, accids: ['1003'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 added 1003' }) },
      native: [{ type: 'notice', what: 'invited', by: '1001', users: ['1003'] }],
    },
  },
  {
    what: 'kicked',
    call: {
      by: 'volcengine',
      operation: 'BatchDeleteConversationParticipant',
      send: { ConversationShortId: '<tid>', Operator: 1001, ParticipantUserIds: [1002] },
    },
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Kicked","Operator_Account":"1001","MemberList":[{"Member_Account":"1002"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 1, accids: ['1002'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 removed 1002' }) },
      native: [{ type: 'notice', what: 'kicked', by: '1001', users: ['1002'] }],
    },
  },
  {
    what: 'created',
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: { Data: '{"GroupTip":"Created","Operator_Account":"1001"}', Desc: '', Ext: '', Sound: '' },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 0, updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 made the group' }) },
      native: [{ type: 'notice', what: 'created', by: '1001' }],
    },
  },
  {
    what: 'joined',
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Joined","Operator_Account":"1001","MemberList":[{"Member_Account":"1003"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 5, accids: ['1003'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 let 1003 in' }) },
      native: [{ type: 'notice', what: 'joined', by: '1001', users: ['1003'] }],
    },
  },
  {
    what: 'accepted',
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Joined","Operator_Account":"1003","MemberList":[{"Member_Account":"1003"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 9, accids: ['1003'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1003 joined' }) },
      native: [{ type: 'notice', what: 'accepted', by: '1003', users: ['1003'] }],
    },
  },
  {
    what: 'owner',
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"OwnerChanged","Operator_Account":"1001","MemberList":[{"Member_Account":"1002"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 6, accids: ['1002'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 made 1002 the owner' }) },
      native: [{ type: 'notice', what: 'owner', by: '1001', users: ['1002'] }],
    },
  },
  {
    what: 'manager.set',
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"AdminSet","Operator_Account":"1001","MemberList":[{"Member_Account":"1002"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 7, accids: ['1002'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 made 1002 a manager' }) },
      native: [{ type: 'notice', what: 'manager.set', by: '1001', users: ['1002'] }],
    },
  },
  {
    what: 'manager.unset',
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"AdminUnset","Operator_Account":"1001","MemberList":[{"Member_Account":"1002"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 8, accids: ['1002'], updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 made 1002 a plain member' }) },
      native: [{ type: 'notice', what: 'manager.unset', by: '1001', users: ['1002'] }],
    },
  },
  {
    what: 'muted',
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Muted","Operator_Account":"1001","MemberList":[{"Member_Account":"1002"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 10, accids: ['1002'], mute: 1, updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 muted 1002' }) },
      native: [{ type: 'notice', what: 'muted', by: '1001', users: ['1002'] }],
    },
  },
  {
    what: 'unmuted',
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: {
              Data: '{"GroupTip":"Unmuted","Operator_Account":"1001","MemberList":[{"Member_Account":"1002"}]}',
              Desc: '',
              Ext: '',
              Sound: '',
            },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 10, accids: ['1002'], mute: 0, updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 unmuted 1002' }) },
      native: [{ type: 'notice', what: 'unmuted', by: '1001', users: ['1002'] }],
    },
  },
  {
    what: 'dismissed',
    shown: {
      tencent: {
        MsgBody: [
          {
            MsgType: 'TIMCustomElem',
            MsgContent: { Data: '{"GroupTip":"Destroyed","Operator_Account":"1001"}', Desc: '', Ext: '', Sound: '' },
          },
        ],
      },
      netease: { type: 5, body: { tid: '<tid>', ope: 4, updatetime: '<time>' } },
      volcengine: { MsgType: 10008, Content: json({ text: '1001 dismissed the group' }) },
      native: [{ type: 'notice', what: 'dismissed', by: '1001' }],
    },
  },
]
