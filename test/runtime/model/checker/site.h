// Places in the source where an operation with a memory order, a wake or a re-check stands, and
// one way to break one of them. mutation.h goes through all of them.
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <map>
#include <source_location>
#include <string>
#include <string_view>

namespace runnel::model {

enum class breakage : std::uint8_t {
  weaken,         ///< another memory order
  weaken_failure, ///< another order for a failed compare-exchange
  tear,           ///< a read-modify-write becomes a load and a store
  stale,          ///< a load returns what its thread saw there last
  drop_wake,      ///< a futex wake does nothing
  drop_recheck,   ///< recheck() returns what it would have been without looking again
};

/// A source position; files are compared by name, since headers are compiled into several units.
struct site {
  std::string file;
  std::uint32_t line = 0, column = 0;
  auto operator<=>(const site&) const = default;
};

enum class site_kind : std::uint8_t { load, store, modify, exchange_if, fence, wake, recheck };

struct site_use {
  site_kind what;
  std::memory_order order = std::memory_order_relaxed;
  std::memory_order failure = std::memory_order_relaxed;
  std::string function;
};

/// Every site that an exploration went through.
using site_log = std::map<site, site_use>;

struct mutation {
  site where;
  breakage how = breakage::weaken;
  std::memory_order to = std::memory_order_relaxed;
};

} // namespace runnel::model
