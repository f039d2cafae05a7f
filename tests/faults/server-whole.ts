import { join } from 'node:path'
import Database from 'better-sqlite3'
import { dataOf } from './server-process.ts'

/**
 * Looks into a server's data, which may be in use: what is half there, in words; nothing when all is whole. What jobs
 * have yet to clean up is no fault, unless all jobs must be `done`.
 */
export function halves(folder: string, { done }: { done: boolean }): string[] {
  return looking(folder, db =>
    Object.entries(done ? { ...faults, ...leftovers } : faults).flatMap(([fault, query]) => {
      const found = db.prepare(`${living} ${query} LIMIT 3`).all()
      return found.length > 0 ? [`${fault}: ${JSON.stringify(found)}`] : []
    }),
  )
}

/** How many jobs are waiting or under way. */
export function jobsLeft(folder: string): number {
  return looking(folder, db => db.prepare('SELECT count(*) FROM jobs').pluck().get() as number)
}

/** All that `halves` can find, in words. */
export const findable = (): string[] => Object.keys({ ...faults, ...leftovers })

function looking<R>(folder: string, look: (db: Database.Database) => R): R {
  const db = new Database(join(dataOf(folder), 'magpie.db'), { readonly: true })
  try {
    for (const [table, names] of Object.entries(fields)) db.exec(viewOf(db, table, names))
    // One transaction, so that all is looked at as it is at one moment.
    return db.transaction(() => look(db))()
  } finally {
    db.close()
  }
}

/** The fields looked at. Which of a table's fields are columns and which stand in its JSON is the store's affair. */
const fields = {
  users: ['app', 'id', 'removed'],
  names: ['app', 'space', 'name', 'id', 'user'],
  conversations: ['id', 'type', 'owner', 'alias', 'dismissed', 'a', 'b'],
  members: ['conv', 'user', 'rank'],
  memberships: ['conv', 'user'],
  messages: ['conv', 'seq', 'id', 'time', 'sender', 'counted', 'client', 'counters'],
  receipts: ['conv', 'client', 'seq', 'id'],
}

function viewOf(db: Database.Database, table: string, names: string[]): string {
  const columns = new Set(db.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table))
  const shown = names.map(name => (columns.has(name) ? `"${name}"` : `doc ->> '${name}' AS "${name}"`))
  return `CREATE TEMP VIEW all_${table} AS SELECT ${shown.join(', ')} FROM main.${table}`
}

// Groups and users that a job is about to clean up after are left out: half of it is what is expected of them.
const living = `WITH
  gone AS (SELECT id FROM all_users WHERE removed),
  groups AS (SELECT id, owner, alias FROM all_conversations WHERE type = 'group' AND dismissed IS NULL),
  pairs AS (SELECT id FROM all_conversations WHERE type = 'direct' AND a NOT IN gone AND b NOT IN gone),
  places AS (SELECT id FROM groups UNION ALL SELECT id FROM pairs),
  here AS (SELECT * FROM all_members WHERE conv IN places AND user NOT IN gone),
  theirs AS (SELECT * FROM all_memberships WHERE conv IN places AND user NOT IN gone)`

/** By what is wrong, a query that finds it. */
const faults = {
  'messages are not numbered 1, 2, 3 …':
    'SELECT conv, count(*), max(seq) FROM messages GROUP BY conv HAVING min(seq) <> 1 OR max(seq) <> count(*)',
  'a message id is there twice': 'SELECT id FROM all_messages GROUP BY id HAVING count(*) > 1',
  'messages go back in time': `SELECT conv, seq FROM
    (SELECT conv, seq, time, lag(time) OVER (PARTITION BY conv ORDER BY seq) before FROM all_messages) WHERE time < before`,
  'messages of a group are counted wrongly': `SELECT conv, seq, kept, counted FROM
    (SELECT conv, seq, counters ->> 'counted' kept, sum(counted) OVER (PARTITION BY conv ORDER BY seq) counted
      FROM all_messages WHERE conv IN (SELECT id FROM groups)) WHERE coalesce(kept, 0) <> counted`,
  'messages of a pair are counted wrongly': `SELECT conv, seq FROM all_messages WHERE conv IN pairs
    AND coalesce(counters ->> 'a', 0) + coalesce(counters ->> 'b', 0) <> seq`,
  'messages of a sender are counted wrongly': `SELECT s.conv, s.user, s.n FROM sent s WHERE s.conv IN (SELECT id FROM groups)
    AND s.n <> (SELECT count(*) FROM all_messages m WHERE m.conv = s.conv AND m.sender = s.user AND m.counted)`,
  'a message is nowhere': 'SELECT conv, seq FROM messages WHERE conv NOT IN (SELECT id FROM conversations)',
  'changes are not numbered 1, 2, 3 …':
    'SELECT conv FROM changes GROUP BY conv HAVING min(rev) <> 1 OR max(rev) <> count(*)',
  'a client id names another message': `SELECT r.conv, r.client FROM all_receipts r
    LEFT JOIN all_messages m ON m.conv = r.conv AND m.seq = r.seq
    WHERE m.id IS NOT r.id OR m.client IS NOT r.client`,
  'a member without membership':
    'SELECT conv, user FROM here WHERE NOT EXISTS (SELECT 1 FROM theirs t WHERE t.conv = here.conv AND t.user = here.user)',
  'a membership without member':
    'SELECT conv, user FROM theirs WHERE NOT EXISTS (SELECT 1 FROM here h WHERE h.conv = theirs.conv AND h.user = theirs.user)',
  'members are counted wrongly': `SELECT g.id, c.n FROM groups g LEFT JOIN member_count c ON c.conv = g.id
    WHERE coalesce(c.n, 0) <> (SELECT count(*) FROM members WHERE conv = g.id)
      AND NOT EXISTS (SELECT 1 FROM members WHERE conv = g.id AND user IN gone)`,
  'a group without its owner': `SELECT id FROM groups
    WHERE NOT EXISTS (SELECT 1 FROM here WHERE conv = groups.id AND user = owner AND rank = 0)`,
  'a group that is not listed': 'SELECT id FROM groups WHERE id NOT IN (SELECT id FROM group_list)',
  'a listed group that is not there': 'SELECT id FROM group_list WHERE id NOT IN (SELECT id FROM groups)',
  'a group without its name': `SELECT id FROM groups
    WHERE NOT EXISTS (SELECT 1 FROM all_names n WHERE n.space = 'group' AND n.name = alias AND n.id = groups.id)`,
  'a name without its group': "SELECT name FROM all_names WHERE space = 'group' AND id NOT IN (SELECT id FROM groups)",
  'groups are counted wrongly': `SELECT kind, n FROM group_count c
    WHERE n <> (SELECT count(*) FROM group_list l WHERE l.app = c.app AND c.kind IN ('', l.kind))`,
  'a pair of fewer or more than two': `SELECT id FROM pairs
    WHERE 2 <> (SELECT count(*) FROM here WHERE conv = pairs.id) OR 2 <> (SELECT count(*) FROM theirs WHERE conv = pairs.id)`,
  'a pair without its name': "SELECT id FROM pairs WHERE id NOT IN (SELECT id FROM all_names WHERE space = 'pair')",
}

/** What no job has cleaned up. */
const leftovers = {
  'a job is left': 'SELECT id FROM jobs',
  'a deleted user is left': 'SELECT id FROM gone',
  'a name of nobody is left': `SELECT name FROM all_names n WHERE space = 'folded'
    AND NOT EXISTS (SELECT 1 FROM users u WHERE u.app = n.app AND u.id = n.user)`,
  'a member of nothing is left': 'SELECT conv, user FROM members WHERE conv NOT IN (SELECT id FROM places)',
  'a membership of nothing is left': 'SELECT conv, user FROM memberships WHERE conv NOT IN (SELECT id FROM places)',
  'a count of nothing is left': 'SELECT conv FROM member_count WHERE conv NOT IN (SELECT id FROM places)',
}
