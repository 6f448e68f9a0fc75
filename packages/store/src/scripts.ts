/**
 * The commit, as one Lua script: compare-and-set of the revision, then record, event ids, outbox, indexes, timers and
 * counters together. It touches declared keys only, all of one partition, so it also runs on Redis Cluster.
 *
 * KEYS: session (hash), timers (sorted set, score = when to hand out), due (hash, timer → due time), indexes (sorted
 * set, all scores 0), counters (hash, kind → live sessions). ARGV: see `redis.ts`.
 *
 * Fields of the session: `rev`, `rec` (record), `ids` (JSON strings joined by ",\n", newest first), `out` (outbox),
 * `idx` and `tmr` (members of ours in indexes and timers, one a line). `rec`, `idx` and `tmr` are there while it lives.
 */
export const COMMIT_SCRIPT = `
local session, timers, due, indexes, counters = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local expected, newest, alive, record, eventId, outbox = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4], ARGV[5], ARGV[6]
local kind, recentEvents, tombstoneMs = ARGV[7], tonumber(ARGV[8]), ARGV[9]

local stored = redis.call('HMGET', session, 'rev', 'ids', 'idx', 'tmr')
local oldIds, oldIndexes, oldTimers = stored[2], stored[3], stored[4]
if (stored[1] or '0') ~= expected then return 0 end
-- The same number in another life of the session, or after a server that had lost the last steps.
if string.sub(oldIds or '', 1, #newest) ~= newest then return 0 end
local wasAlive = oldIndexes ~= false

local position = 10
local function arguments(width)
  local count = tonumber(ARGV[position])
  local first = position + 1
  position = first + count * width
  return first, position - 1
end
local function each(lines, act)
  for line in string.gmatch(lines or '', '[^\\n]+') do act(line) end
end

local first, last = arguments(1)
local newIndexes = table.concat(ARGV, '\\n', first, last)
if newIndexes ~= (oldIndexes or '') then
  each(oldIndexes, function(member) redis.call('ZREM', indexes, member) end)
  each(newIndexes, function(member) redis.call('ZADD', indexes, 0, member) end)
end

local live = {}
each(oldTimers, function(member) live[member] = true end)
local function clear(member)
  redis.call('ZREM', timers, member)
  redis.call('HDEL', due, member)
  live[member] = nil
end
first, last = arguments(1)
for at = first, last do clear(ARGV[at]) end
first, last = arguments(2)
for at = first, last, 2 do
  redis.call('ZADD', timers, ARGV[at + 1], ARGV[at])
  redis.call('HSET', due, ARGV[at], ARGV[at + 1])
  live[ARGV[at]] = true
end
if not alive then each(oldTimers, clear) end
local newTimers = {}
for member in pairs(live) do newTimers[#newTimers + 1] = member end

local ids = eventId
if oldIds then
  ids = eventId .. ',\\n' .. oldIds
  local cut = 0
  for _ = 1, recentEvents do
    cut = string.find(ids, '\\n', cut + 1, true)
    if not cut then break end
  end
  if cut then ids = string.sub(ids, 1, cut - 2) end
end

if alive then
  redis.call('HSET', session, 'rev', expected + 1, 'ids', ids, 'out', outbox,
    'rec', record, 'idx', newIndexes, 'tmr', table.concat(newTimers, '\\n'))
  if not wasAlive then
    redis.call('PERSIST', session)
    redis.call('HINCRBY', counters, kind, 1)
  end
else
  redis.call('HSET', session, 'rev', expected + 1, 'ids', ids, 'out', outbox)
  redis.call('PEXPIRE', session, tombstoneMs)
  if wasAlive then
    redis.call('HDEL', session, 'rec', 'idx', 'tmr')
    redis.call('HINCRBY', counters, kind, -1)
  end
end
return 1
`;

/**
 * Leases the `ARGV[2]` oldest timers of a partition that may be handed out at `ARGV[1]` until `ARGV[3]`; returns each
 * with the time it was set for. KEYS: timers, due.
 */
export const LEASE_SCRIPT = `
local taken = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  redis.call('ZADD', KEYS[1], ARGV[3], member)
  taken[#taken + 1] = member
  taken[#taken + 1] = redis.call('HGET', KEYS[2], member)
end
return taken
`;
