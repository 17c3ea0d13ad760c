-- Sends the requests of a file in turn, repeatedly. Each line has a method, a path and an optional body, separated by
-- tabs.
-- Prints the counts as one line of JSON.
local requests = {}
local next_request = 0

local ports = {}
for port in (os.getenv("PORTS") or ""):gmatch("%d+") do
  ports[#ports + 1] = port
end
local threads = 0

-- Gives each thread a server and a request to begin with.
function setup(thread)
  threads = threads + 1
  thread.addr = wrk.lookup("127.0.0.1", ports[threads])[1]
  thread:set("place", (threads - 1) / #ports)
end

function init(args)
  for line in io.lines(args[1]) do
    local method, path, body = line:match("^(%u+)\t([^\t]*)\t(.*)$")
    local headers = body ~= "" and { ["content-type"] = "application/json" } or nil
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  next_request = math.floor(place * #requests)
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"answers":%d,"microseconds":%d,"refused":%d,"broken":%d,"p50":%.3f,"p99":%.3f}\n',
    summary.requests,
    summary.duration,
    errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000,
    latency:percentile(99) / 1000
  ))
end
