// Helpers of the litmus tests: run a few threads, compare the full set of outcomes.
#pragma once

#include "checker/plain.h"
#include "checker/sync.h"

#include <gtest/gtest.h>

#include <deque>

namespace runnel::model {

using outcomes = std::set<std::vector<std::int64_t>>;

constexpr auto rlx = order::relaxed;
constexpr auto acq = order::acquire;
constexpr auto rel = order::release;
constexpr auto acq_rel = order::acq_rel;
constexpr auto sc = order::seq_cst;

template <class... F> void in_parallel(F... bodies) {
  std::deque<thread> all;
  (all.emplace_back(std::move(bodies)), ...);
}

inline void expect_exactly(const result& r, const outcomes& wanted) {
  EXPECT_TRUE(r.ok) << r.failure;
  EXPECT_TRUE(r.exhausted);
  EXPECT_EQ(r.outcomes, wanted);
}

inline void expect_failure(const result& r, const char* text) {
  EXPECT_FALSE(r.ok);
  EXPECT_NE(r.failure.find(text), std::string::npos) << r.failure;
}

} // namespace runnel::model
