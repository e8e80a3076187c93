// Strategies, and schedules as text.

#include "testing/chooser.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace runnel::detail {

namespace {
constexpr int preemptions = 2; // bugs of depth three, which is nearly all of them
}

pct_chooser::pct_chooser(std::uint64_t seed, std::size_t expected_steps) : rng_(seed) {
  auto k = static_cast<std::uint32_t>(std::clamp<std::size_t>(expected_steps, 2, 1'000'000));
  for (int i = 0; i < preemptions; ++i)
    changes_.push_back(rng_.below(k));
}

std::int64_t pct_chooser::priority(std::uint64_t id) {
  auto [at, fresh] = priorities_.try_emplace(id, 0);
  if (fresh)
    at->second = static_cast<std::int64_t>(rng_.next() >> 2) + 1;
  return at->second;
}

std::uint32_t pct_chooser::next(const candidates& c) {
  std::size_t step = step_++;
  if (c.first_is_running && std::find(changes_.begin(), changes_.end(), step) != changes_.end())
    lower(c.ids[0]);
  // A timer that is due has no priority of its own; it may be early or late.
  if (c.timers > 0 && (c.goroutines == 0 || rng_.below(4) == 0))
    return c.goroutines + rng_.below(c.timers);
  std::uint32_t best = 0;
  for (std::uint32_t i = 1; i < c.goroutines; ++i)
    if (priority(c.ids[i]) > priority(c.ids[best]))
      best = i;
  return best;
}

std::string write_schedule(const trace& t) {
  std::string text = "s1:";
  std::size_t zeros = 0;
  bool first = true;
  auto put = [&](char prefix, std::uint64_t n) {
    if (!first)
      text += '.';
    first = false;
    if (prefix)
      text += prefix;
    char digits[16];
    auto end = std::to_chars(digits, digits + sizeof digits, n, 36).ptr;
    text.append(digits, end);
  };
  for (const decision& d : t) {
    if (d.chosen == 0) {
      ++zeros;
      continue;
    }
    if (zeros)
      put('-', zeros);
    zeros = 0;
    put(0, d.chosen);
  }
  return text;
}

std::vector<std::uint32_t> read_schedule(std::string_view text) {
  auto bad = [] { throw std::invalid_argument("runnel: this is not a schedule"); };
  std::vector<std::uint32_t> choices;
  if (text.substr(0, 3) != "s1:")
    bad();
  text.remove_prefix(3);
  while (!text.empty()) {
    bool run = text.front() == '-';
    if (run)
      text.remove_prefix(1);
    std::uint32_t n = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n, 36);
    if (error != std::errc() || (run && n > 100'000'000))
      bad();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (run)
      choices.resize(choices.size() + n, 0);
    else
      choices.push_back(n);
    if (text.empty())
      break;
    if (text.front() != '.' || text.size() == 1)
      bad();
    text.remove_prefix(1);
  }
  return choices;
}

} // namespace runnel::detail
