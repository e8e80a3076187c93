// What the tests of other projects' behaviours share.
//
// Each file names the tests that it follows. Their behaviours are rewritten here in Runnel's terms;
// no text or code is theirs. Most run in a simulation, under many schedules and in virtual time.
#pragma once

#include <runnel/runnel.h>
#include <runnel/test.h>

#include <gtest/gtest.h>

namespace peers {

using namespace std::chrono_literals;

/// Under every schedule that is tried `f` ends, no goroutine is left, and nothing escapes.
template <class F> void holds(F&& f, std::size_t schedules = 200) {
  auto r = runnel::test::explore(f, {.schedules = schedules});
  EXPECT_EQ(r.result, runnel::test::outcome::ok) << r.message << "\n  " << r.schedule;
}

/// `f` can never end.
template <class F> void blocks(F&& f) {
  auto r = runnel::test::explore(f, {.schedules = 20});
  EXPECT_EQ(r.result, runnel::test::outcome::deadlock) << r.message;
}

} // namespace peers
