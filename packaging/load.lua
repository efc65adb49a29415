-- Transfers of one cent between any of 1,000 accounts, each with a key of its own, for wrk:
--   KEY=tlr_… wrk -t2 -c200 -d30s --latency -s packaging/load.lua http://127.0.0.1:7878/v1/transfers
-- ACCOUNTS=0 reads balances instead. The accounts are load:0 to load:999, of the type asset.
local key = os.getenv("KEY")
local run = os.getenv("RUN") or tostring(os.time())
local thread_count = 0
local headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }

function setup(thread)
  thread:set("id", thread_count)
  thread_count = thread_count + 1
end

function init()
  math.randomseed(id * 7919 + 1)
  sent = 0
end

function request()
  sent = sent + 1
  local from = math.random(0, 999)
  local to = (from + math.random(1, 999)) % 1000
  if os.getenv("READ") then
    return wrk.format("GET", "/v1/accounts/load:" .. from .. "/balance", headers)
  end
  local body = string.format(
    '{"key":"%s-%d-%d","debit":"load:%d","credit":"load:%d","amount":"0.01"}', run, id, sent, from, to)
  return wrk.format("POST", "/v1/transfers", headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("answers that were no success: %d, connections that failed: %d, timeouts: %d",
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
