import { z } from 'zod'
import type { Call } from '../../core/call.ts'
import type { Core } from '../../core/core.ts'
import type { Profile } from '../../core/model.ts'
import { coded, Refusal, resource } from '../dialect.ts'
import { failing } from './errors.ts'
import * as shapes from './shapes.ts'

const operation = resource({ invalid: 70402, errors: failing(70500) })

const absent = { ResultCode: 70107, ResultInfo: 'Err_TLS_PT_Open_Login_Account_Not_Exist' }
const most = 100

/** Older clients call the account Identifier. */
const names = { UserID: shapes.account.optional(), Identifier: shapes.account.optional() }

const isNamed = (r: { UserID?: string; Identifier?: string }) => r.UserID !== undefined || r.Identifier !== undefined

const shown = {
  Nick: coded(40601, shapes.text(500)).optional(),
  FaceUrl: coded(40601, shapes.text(500)).optional(),
}

const item = z.object({ UserID: shapes.account })

/** Import one account; an existing one keeps what is not given. */
const accountImport = operation({
  key: 'im_open_login_svc/account_import',
  request: z.object({ ...names, ...shown }).refine(isNamed, 'UserID is missing'),
  async run(core, call, r) {
    await importAll(core, call, [{ id: r.UserID ?? (r.Identifier as string), profile: profileOf(r) }])
  },
})

/** Import up to 100 accounts; those that cannot be are named in FailAccounts. */
const multiAccountImport = operation({
  key: 'im_open_login_svc/multiaccount_import',
  request: z
    .object({
      Accounts: z.array(z.string()).max(most).default([]),
      AccountList: z
        .array(z.object({ UserID: z.string(), Nick: z.string().optional(), FaceUrl: z.string().optional() }))
        .max(most)
        .default([]),
    })
    .refine(r => r.Accounts.length + r.AccountList.length > 0, 'Accounts or AccountList is needed'),
  async run(core, call, r) {
    const wanted: Wanted[] = [...r.Accounts.map(UserID => ({ UserID })), ...r.AccountList]
    shapes.demandAtMost(wanted, most, 70402)
    const good = wanted.filter(isImportable)
    if (good.length === 0) throw new Refusal(70402, 'none of the accounts has a valid name')
    await importAll(
      core,
      call,
      good.map(each => ({ id: each.UserID, profile: profileOf(each) })),
    )
    return { FailAccounts: wanted.filter(each => !isImportable(each)).map(each => each.UserID) }
  },
})

/** Delete up to 100 accounts, for good; one result each. */
const accountDelete = operation({
  key: 'im_open_login_svc/account_delete',
  request: z.object({ DeleteItem: z.array(item).min(1).max(most) }),
  async run(core, call, r) {
    const ids = r.DeleteItem.map(each => each.UserID)
    const refused = await core.users.remove(call, ids)
    return {
      ResultItem: ids.map((UserID, i) => ({ ...(refused[i] ? absent : { ResultCode: 0, ResultInfo: '' }), UserID })),
    }
  },
})

/** Check whether up to 100 accounts are imported. */
const accountCheck = operation({
  key: 'im_open_login_svc/account_check',
  request: z.object({ CheckItem: z.array(item).min(1).max(most) }),
  async run(core, call, r) {
    const ids = r.CheckItem.map(each => each.UserID)
    const found = await core.users.findMany(call.app.id, ids)
    return {
      ResultItem: ids.map((UserID, i) => ({
        UserID,
        ResultCode: 0,
        ResultInfo: '',
        AccountStatus: found[i] ? 'Imported' : 'NotImported',
      })),
    }
  },
})

/** Void every UserSig that an account has until now. */
const kick = operation({
  key: 'im_open_login_svc/kick',
  request: z.object(names).refine(isNamed, 'UserID is missing'),
  run: (core, call, r) => core.users.signOut(call, r.UserID ?? (r.Identifier as string)),
})

/** im_open_login_svc (`account.json`). */
export const account = [accountImport, multiAccountImport, accountDelete, accountCheck, kick]

interface Shown {
  Nick?: string
  FaceUrl?: string
}

interface Wanted extends Shown {
  UserID: string
}

function profileOf({ Nick, FaceUrl }: Shown): Profile | undefined {
  return Nick === undefined && FaceUrl === undefined ? undefined : { nick: Nick, avatar: FaceUrl }
}

function isImportable(wanted: Wanted): boolean {
  const fits = (text = '') => Buffer.byteLength(text) <= 500
  return shapes.isAccount(wanted.UserID) && fits(wanted.Nick) && fits(wanted.FaceUrl)
}

async function importAll(core: Core, call: Call, drafts: { id: string; profile?: Profile }[]): Promise<void> {
  const results = await core.users.save(call, drafts, { existing: 'update', imported: true })
  const refused = results.find(result => 'refused' in result)
  if (refused) throw refused.refused
}
