// Contexts, after Go 1.19's src/context tests (named in brackets).

#include "peers.h"

#include <atomic>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace peers;
using runnel::context;
using runnel::errc;

namespace {

bool ended(const context& c) { return c.done().try_recv().status() == runnel::recv_status::closed; }

// [TestBackground, TestTODO]
TEST(go_context, the_background_never_ends) {
  const auto c = context::background();
  EXPECT_FALSE(c.done());
  EXPECT_FALSE(c.err());
  EXPECT_FALSE(c.cause());
  EXPECT_FALSE(c.deadline());
}

// [TestWithCancel]
TEST(go_context, with_cancel) {
  holds([] {
    auto [c, cancel] = runnel::with_cancel(context::background());
    EXPECT_FALSE(c.done().try_recv());
    EXPECT_FALSE(ended(c));
    EXPECT_FALSE(c.err());
    cancel();
    EXPECT_TRUE(ended(c));
    EXPECT_EQ(c.err(), errc::canceled);
    cancel(); // again is nothing
    EXPECT_EQ(c.err(), errc::canceled);
  });
}

// [TestParentFinishesChild] A cancelled parent takes children of every kind along.
TEST(go_context, parents_end_their_children) {
  holds([] {
    static const runnel::context_key<int> key;
    auto [parent, cancel] = runnel::with_cancel(context::background());
    auto [child, stop_child] = runnel::with_cancel(parent);
    auto valued = runnel::with_value(parent, key, 1);
    auto [timed, stop_timed] = runnel::with_timeout(valued, 10000s);
    cancel();
    for (const auto& c : {parent, child, valued, timed}) {
      EXPECT_TRUE(ended(c));
      EXPECT_EQ(c.err(), errc::canceled);
    }
    // One made afterwards has ended already. [TestWithCancelCanceledParent]
    auto [late, stop_late] = runnel::with_cancel(parent);
    EXPECT_TRUE(ended(late));
    EXPECT_EQ(late.err(), errc::canceled);
  });
}

// [TestChildFinishesFirst]
TEST(go_context, children_do_not_end_their_parents) {
  holds([] {
    auto [above, cancel_above] = runnel::with_cancel(context::background());
    for (const auto& parent : {context::background(), above}) {
      auto [child, cancel] = runnel::with_cancel(parent);
      cancel();
      EXPECT_TRUE(ended(child));
      EXPECT_FALSE(parent.err());
    }
    EXPECT_FALSE(ended(above));
  });
}

// [TestDeadline, TestTimeout]
TEST(go_context, deadlines_and_timeouts) {
  holds([] {
    const auto start = runnel::clock::now();
    auto [c, a] = runnel::with_deadline(context::background(), start + 50ms);
    auto [later, b] = runnel::with_deadline(c, start + 4h); // the earlier one counts
    EXPECT_EQ(later.deadline(), start + 50ms);
    c.done().recv();
    later.done().recv();
    EXPECT_EQ(c.err(), errc::deadline_exceeded);
    EXPECT_EQ(later.err(), errc::deadline_exceeded);
    auto [past, d] = runnel::with_deadline(context::background(), runnel::clock::now() - 1s);
    EXPECT_TRUE(ended(past));
    EXPECT_EQ(past.err(), errc::deadline_exceeded);
    auto [t, e] = runnel::with_timeout(context::background(), 50ms);
    t.done().recv();
    EXPECT_EQ(t.err(), errc::deadline_exceeded);
    EXPECT_LT(runnel::clock::now() - start, 1h);
  });
}

// [TestCanceledTimeout]
TEST(go_context, a_cancelled_timeout_is_a_cancellation) {
  holds([] {
    auto [c, cancel] = runnel::with_timeout(context::background(), 1h);
    auto [child, also] = runnel::with_timeout(c, 2h);
    cancel();
    EXPECT_EQ(child.err(), errc::canceled);
    runnel::sleep_for(3h);
    EXPECT_EQ(c.err(), errc::canceled);
  });
}

// [TestValues, TestWithValueChecksKey] The nearest value under a key; keys are objects, so two of
// one type do not meet, and a value shadows only its own.
TEST(go_context, values) {
  static const runnel::context_key<std::string> one, two;
  static const runnel::context_key<int> number;
  const auto c0 = context::background();
  EXPECT_EQ(c0.value(one), nullptr);
  const auto c1 = runnel::with_value(c0, one, "c1");
  const auto c2 = runnel::with_value(c1, two, "c2");
  const auto c3 = runnel::with_value(c2, one, "c3");
  const auto c4 = runnel::with_value(c3, number, 4);
  EXPECT_EQ(*c1.value(one), "c1");
  EXPECT_EQ(c1.value(two), nullptr);
  EXPECT_EQ(*c2.value(one), "c1");
  EXPECT_EQ(*c2.value(two), "c2");
  EXPECT_EQ(*c3.value(one), "c3");
  EXPECT_EQ(*c4.value(one), "c3");
  EXPECT_EQ(*c4.value(number), 4);
  auto [c5, cancel] = runnel::with_cancel(c4);
  EXPECT_EQ(*c5.value(two), "c2");
  EXPECT_FALSE(c4.done()); // values do not make it end
}

// [TestSimultaneousCancels] A tree, cancelled everywhere at once.
TEST(go_context, cancelled_everywhere_at_once) {
  holds(
      [] {
        auto root = runnel::with_cancel(context::background());
        std::vector<std::pair<context, runnel::cancel_source>> all;
        all.push_back(std::move(root));
        for (std::size_t i = 0; all.size() < 16; ++i)
          for (int k = 0; k < 2; ++k)
            all.push_back(runnel::with_cancel(all[i].first));
        runnel::wait_group wg;
        for (auto& [c, cancel] : all) {
          wg.go([&cancel] { cancel(); });
          wg.go([&c] {
            c.done().recv();
            EXPECT_EQ(c.err(), errc::canceled);
          });
        }
        wg.wait();
      },
      100);
}

// [TestInterlockedCancels] Each is cancelled by the end of the other; one of them is pushed.
TEST(go_context, cancels_that_wait_for_each_other) {
  holds([] {
    auto parent = runnel::with_cancel(context::background());
    auto child = runnel::with_cancel(parent.first);
    auto follows = runnel::spawn([&] {
      parent.first.done().recv();
      child.second();
    });
    parent.second();
    child.first.done().recv();
    follows.join();
  });
}

// [TestLayersCancel, TestLayersTimeout] Layers of every kind in random order: values stay, ends go
// down and not up.
void layers(bool by_timeout, std::uint64_t seed) {
  static const runnel::context_key<int> keys[8];
  auto below = [&](unsigned n) {
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return static_cast<unsigned>(seed >> 33) % n;
  };
  auto c = context::background();
  std::vector<runnel::cancel_source> cancels;
  int values = 0, ends = 0;
  for (int i = 0; i < 24 || ends == 0; ++i)
    switch (below(3)) {
    case 0:
      if (values < 8) {
        c = runnel::with_value(c, keys[values], values);
        ++values;
      }
      break;
    case 1: {
      auto [next, cancel] = runnel::with_cancel(c);
      c = next;
      cancels.push_back(std::move(cancel));
      ++ends;
      break;
    }
    case 2: {
      auto [next, cancel] =
          runnel::with_timeout(c, by_timeout ? 5ms : runnel::duration(std::chrono::hours(1)));
      c = next;
      cancels.push_back(std::move(cancel));
      ++ends;
      break;
    }
    }
  auto check = [&] {
    for (int v = 0; v < values; ++v) {
      ASSERT_TRUE(c.value(keys[v]));
      EXPECT_EQ(*c.value(keys[v]), v);
    }
  };
  check();
  EXPECT_FALSE(ended(c));
  if (by_timeout && c.deadline()) {
    c.done().recv();
    EXPECT_EQ(c.err(), errc::deadline_exceeded);
  } else {
    cancels[below(static_cast<unsigned>(cancels.size()))]();
    EXPECT_TRUE(ended(c)); // whichever layer it was, the innermost ends
    EXPECT_EQ(c.err(), errc::canceled);
  }
  check();
}
TEST(go_context, layers) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed)
    holds([=] { layers(seed % 2 == 0, seed); }, 3);
}

// [TestCancelRemoves] A child that has ended costs its parent nothing.
TEST(go_context, ended_children_are_forgotten) {
  auto [parent, cancel] = runnel::with_cancel(context::background());
  std::weak_ptr<const runnel::detail::context_node> remains;
  {
    auto [child, stop] = runnel::with_cancel(parent);
    remains = child.node();
    stop();
  }
  EXPECT_TRUE(remains.expired());
  {
    auto [child, stop] = runnel::with_timeout(parent, std::chrono::hours(1));
    remains = child.node();
    stop();
  }
  EXPECT_TRUE(remains.expired());
}

// [TestCustomContextGoroutines] Foreign kinds of cancellation take part: std::stop_token.
TEST(go_context, other_kinds_of_cancellation) {
  std::stop_source source;
  const auto c = context::from(source.get_token());
  auto [child, cancel] = runnel::with_cancel(c);
  EXPECT_FALSE(ended(child));
  std::thread([&] { source.request_stop(); }).join();
  child.done().recv();
  EXPECT_EQ(child.err(), errc::canceled);
  const auto token = child.stop_token();
  EXPECT_TRUE(token.stop_requested());
}

// [TestDeadlineExceededSupportsTimeout] Which standard errors they are.
TEST(go_context, errors_are_standard_conditions) {
  EXPECT_EQ(make_error_code(errc::deadline_exceeded), std::errc::timed_out);
  EXPECT_EQ(make_error_code(errc::canceled), std::errc::operation_canceled);
}

} // namespace
