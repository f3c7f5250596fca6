//! What Redis does in one step, so that of many that ask at once each sees what the others did. Each script names one key.
//! Numbers go in and out as text: Lua prints large ones inexactly.

/// As [`super::local`] counts.
pub(super) const COUNT: &str = "
local held = redis.call('HMGET', KEYS[1], 'failures', 'last', 'until')
local failures, last, wait = tonumber(held[1] or 0), tonumber(held[2] or 0), tonumber(held[3] or 0)
local now, free, window, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if math.max(last, wait) + window <= now then failures = 0 end
failures = failures + 1
if failures >= free then
  wait = now + math.min(1000000 * 2 ^ math.min(failures - free, 20), longest)
end
redis.call('HSET', KEYS[1], 'failures', failures, 'last', ARGV[1], 'until', string.format('%.0f', wait))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', (math.max(wait - now, 0) + window) / 1000))
return failures";

/// A value, until when it holds, and how long that is in milliseconds.
pub(super) const KEEP: &str = "
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'until', ARGV[2], 'tries', '0')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1";

/// Now, and how many tries there may be.
pub(super) const ATTEMPT: &str = "
if tonumber(redis.call('HGET', KEYS[1], 'until') or 0) <= tonumber(ARGV[1]) then return 0 end
if redis.call('HINCRBY', KEYS[1], 'tries', 1) > tonumber(ARGV[2]) then return 0 end
return 1";

pub(super) const TAKE: &str = "
local value = redis.call('HGET', KEYS[1], 'value')
redis.call('DEL', KEYS[1])
return value";

/// When a session was used, from where, and for how many milliseconds that is remembered. What was seen later stays.
pub(super) const SEE: &str = "
if tonumber(redis.call('HGET', KEYS[1], 'at') or 0) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'at', ARGV[1], 'value', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1";
