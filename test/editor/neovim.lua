-- Driven by neovim_test.py in a real Neovim without a screen: a finding appears, its quick fix is
-- applied as a user applies it, the file is saved, the finding is gone. Says what goes wrong and fails.
local function fail(text)
  io.stderr:write("neovim.lua: " .. text .. "\n")
  vim.cmd("cquit 1")
end

local function findings()
  return vim.tbl_filter(function(d) return d.severity == vim.diagnostic.severity.WARN end, vim.diagnostic.get(0))
end

local function await(what, ready)
  if not vim.wait(120000, ready, 20) then fail("waited in vain for " .. what .. ": " .. vim.inspect(vim.diagnostic.get(0))) end
end

await("a finding", function() return #findings() == 1 end)
local found = findings()[1]
if found.lnum ~= 8 or not found.message:match("is locked and unlocked by hand") then fail(vim.inspect(found)) end

-- Over the finding: its page.
vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
local answers = vim.lsp.buf_request_sync(0, "textDocument/hover", vim.lsp.util.make_position_params(), 120000)
local page = vim.inspect(answers)
if not page:match("# runnel%-scope%-manual%-lock") or not page:match("Why it hurts") then fail("hover: " .. page) end

-- The menu of quick fixes, of which the first is taken.
local offered
vim.ui.select = function(items, options, choose)
  offered = vim.tbl_map(options.format_item or tostring, items)
  choose(items[1], 1)
end
local before = vim.api.nvim_buf_get_changedtick(0)
vim.lsp.buf.code_action()
await("the fix", function() return vim.api.nvim_buf_get_changedtick(0) ~= before end)
if offered and not offered[1]:match("use a std::scoped_lock") then fail(vim.inspect(offered)) end
vim.cmd("write")
await("no finding", function() return #vim.diagnostic.get(0) == 0 end)
vim.cmd("qall")
