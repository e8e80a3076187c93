// Enumerates mutations, runs them, and compares what was not caught with the exceptions.
#include "mutation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace runnel::model {

namespace {
constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

const char* name(std::memory_order o) {
  switch (o) {
  case relaxed:
    return "relaxed";
  case acquire:
    return "acquire";
  case release:
    return "release";
  case acq_rel:
    return "acq_rel";
  case seq_cst:
    return "seq_cst";
  default:
    return "?";
  }
}

/// The next weaker orders that the operation may have. Weaker ones still are covered by these.
std::vector<std::memory_order> weaker(std::memory_order o, site_kind k) {
  const bool load = k == site_kind::load, store = k == site_kind::store;
  switch (o) {
  case seq_cst:
    return {load ? acquire : store ? release : acq_rel};
  case acq_rel:
    return {acquire, release};
  case acquire:
  case release:
    return {relaxed};
  default:
    return {};
  }
}

bool ends_with(const std::string& s, const std::string& end) {
  return s.size() >= end.size() && s.compare(s.size() - end.size(), end.size(), end) == 0;
}

std::string line_of(const site& s) {
  std::ifstream in(s.file);
  for (const char* root : {RUNNEL_MODEL_BUILD_DIR "/", RUNNEL_MODEL_SOURCE_DIR "/"})
    if (!in)
      in.open(root + s.file);
  std::string line;
  for (std::uint32_t n = 0; n < s.line && std::getline(in, line); ++n) {}
  const auto first = line.find_first_not_of(" \t");
  return first == line.npos ? std::string() : line.substr(first);
}

result run(const scenario& s, const mutation* broken, site_log* log) {
  return engine(s.how, broken, log).explore(s.body);
}
} // namespace

bool long_run() {
  const char* v = std::getenv("RUNNEL_MODEL_LONG");
  return v && *v && *v != '0';
}

std::vector<mutation> mutations_of(const site_log& log, const std::vector<std::string>& files) {
  std::vector<mutation> all;
  for (const auto& [where, use] : log) {
    if (std::none_of(files.begin(), files.end(),
                     [&](const std::string& f) { return ends_with(where.file, f); }))
      continue;
    for (const std::memory_order o : weaker(use.order, use.what))
      all.push_back({where, breakage::weaken, o});
    switch (use.what) {
    case site_kind::load:
      all.push_back({where, breakage::stale, relaxed});
      break;
    case site_kind::exchange_if:
      for (const std::memory_order o : weaker(use.failure, site_kind::load))
        all.push_back({where, breakage::weaken_failure, o});
      all.push_back({where, breakage::tear, relaxed});
      break;
    case site_kind::modify:
      all.push_back({where, breakage::tear, relaxed});
      break;
    case site_kind::wake:
      all.push_back({where, breakage::drop_wake, relaxed});
      break;
    case site_kind::recheck:
      all.push_back({where, breakage::drop_recheck, relaxed});
      break;
    case site_kind::store:
    case site_kind::fence:
      break;
    }
  }
  return all;
}

std::string change_text(const mutation& m, const site_use& use) {
  switch (m.how) {
  case breakage::weaken:
    return std::string(name(use.order)) + " -> " + name(m.to);
  case breakage::weaken_failure:
    return std::string("failure ") + name(use.failure) + " -> " + name(m.to);
  case breakage::tear:
    return "not atomic";
  case breakage::stale:
    return "stale";
  case breakage::drop_wake:
    return "no wake";
  case breakage::drop_recheck:
    return "no recheck";
  }
  return {};
}

std::vector<trial> run_mutations(const protocol& p) {
  struct entry {
    const scenario* what;
    site_log log;
    std::uint64_t steps;
  };
  std::vector<entry> entries;
  site_log all;
  for (const scenario& s : p.scenarios) {
    if (s.heavy && !long_run())
      continue;
    entry e{&s, {}, 0};
    const result r = run(s, nullptr, &e.log);
    if (!r.ok)
      continue; // expect_holds tells; it would "catch" everything
    e.steps = r.steps;
    all.insert(e.log.begin(), e.log.end());
    entries.push_back(std::move(e));
  }
  // The cheapest first: most breakages show in the smallest scenarios.
  std::sort(entries.begin(), entries.end(), [](const entry& a, const entry& b) {
    return a.steps != b.steps ? a.steps < b.steps : a.what < b.what;
  });
  std::vector<trial> trials;
  for (const mutation& m : mutations_of(all, p.files)) {
    trial t;
    t.broken = m;
    t.change = change_text(m, all.at(m.where));
    const auto slash = m.where.file.rfind('/');
    t.place = m.where.file.substr(slash == std::string::npos ? 0 : slash + 1) + ":" +
              std::to_string(m.where.line) + ": " + line_of(m.where);
    for (const entry& e : entries) {
      if (!e.log.contains(m.where))
        continue;
      const result r = run(*e.what, &m, nullptr);
      t.executions += r.executions + r.redundant;
      t.effects += r.effects;
      if (!r.ok) {
        t.caught_by = e.what->name + ": " + r.failure.substr(0, r.failure.find('\n'));
        break;
      }
    }
    trials.push_back(std::move(t));
  }
  return trials;
}

void expect_holds(const protocol& p) {
  for (const scenario& s : p.scenarios) {
    const result r = run(s, nullptr, nullptr);
    EXPECT_TRUE(r.ok) << p.name << ", " << s.name << ": " << r.failure;
    EXPECT_TRUE(!r.ok || r.exhausted || s.how.preemptions >= 0) << p.name << ", " << s.name;
    for (const std::string& c : s.must_cover) {
      EXPECT_TRUE(!r.ok || r.covered.contains(c))
          << p.name << ", " << s.name << " never reached: " << c;
    }
    std::printf("%s, %s: %llu executions, %llu steps (%llu cut off as repetitions)\n",
                p.name.c_str(), s.name.c_str(), static_cast<unsigned long long>(r.executions),
                static_cast<unsigned long long>(r.steps),
                static_cast<unsigned long long>(r.redundant));
    std::fflush(stdout);
  }
}

void expect_all_caught(const protocol& p) {
  std::vector<bool> used(p.exceptions.size(), false);
  const bool tell = std::getenv("RUNNEL_MODEL_VERBOSE") != nullptr;
  unsigned caught = 0, equal = 0, excepted = 0;
  std::uint64_t executions = 0;
  for (const trial& t : run_mutations(p)) {
    executions += t.executions;
    if (tell)
      std::printf("%-22s %s\n    %s (%llu executions)\n", t.change.c_str(), t.place.c_str(),
                  !t.caught_by.empty() ? t.caught_by.c_str()
                  : t.effects          ? "NOT CAUGHT"
                                       : "no effect",
                  static_cast<unsigned long long>(t.executions));
    if (!t.caught_by.empty()) {
      ++caught;
      continue;
    }
    if (t.effects == 0) {
      ++equal;
      continue;
    }
    bool known = false;
    for (std::size_t i = 0; i < p.exceptions.size(); ++i) {
      const exception& e = p.exceptions[i];
      if (ends_with(t.broken.where.file, e.file) && t.change == e.change &&
          t.place.find(e.text) != std::string::npos)
        known = used[i] = true;
    }
    if (known)
      ++excepted;
    else
      ADD_FAILURE() << p.name << ": breaking this goes unnoticed (" << t.change << ")\n  "
                    << t.place;
  }
  for (std::size_t i = 0; i < p.exceptions.size(); ++i)
    EXPECT_TRUE(used[i]) << p.name << ": this exception is not needed: " << p.exceptions[i].file
                         << ", " << p.exceptions[i].text << ", " << p.exceptions[i].change;
  EXPECT_GT(caught, 0u) << "no operation was found in the protocol's files";
  std::printf("%s: %u breakages caught, %u excepted, %u without effect (%llu executions)\n",
              p.name.c_str(), caught, excepted, equal, static_cast<unsigned long long>(executions));
}

} // namespace runnel::model
