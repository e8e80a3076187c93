// Timers that are stopped, moved and fired at once; contexts that time out while they are
// cancelled: each timer has one end, and each context closes once.

#include "stress.h"

#include <gtest/gtest.h>
#include <memory>

using namespace std::chrono_literals;
using namespace stress;

namespace {

TEST(stress, timers_and_contexts) {
  rounds("timers and contexts", 100, [](stress::random& rng) {
    std::atomic<unsigned> ended = 0, fired = 0, stopped = 0, started = 0, wrong = 0;
    crew all;
    for (unsigned p = 0; p < 6; ++p)
      all.add(rng, [&, mine = rng.fork()]() mutable {
        for (int i = 0; i < 30; ++i) {
          // An after_func runs, or its stop says that it will not; each reset of a pending one
          // takes back one run.
          ++started;
          runnel::timer t = runnel::after_func(mine.up_to(300us), [&] { ++fired; });
          if (mine.one_in(2)) {
            dawdle(mine);
            if (!t.reset(mine.up_to(200us)))
              ++started;
          }
          if (mine.one_in(2) && t.stop())
            ++stopped;
          // A context ends once, for whichever reason came first, and takes its children along.
          auto [ctx, cancel] =
              runnel::with_timeout(runnel::context::background(), 1us + mine.up_to(300us));
          auto [child, cancel_child] = runnel::with_cancel(ctx);
          if (mine.one_in(3))
            cancel();
          if (mine.one_in(8))
            cancel_child();
          auto in = runnel::on_recv(child.done());
          auto late = runnel::on_timeout(5s);
          if (runnel::select(in, late) == late)
            ++wrong;
          if (!child.err() || !child.cause())
            ++wrong;
          ctx.done().recv();
          if (ctx.err() != runnel::errc::canceled && ctx.err() != runnel::errc::deadline_exceeded)
            ++wrong;
          // A timer's channel holds one value at most.
          runnel::timer once(mine.up_to(100us));
          if (mine.one_in(2)) {
            once.c().recv();
            if (once.c().try_recv() || once.stop())
              ++wrong;
          } else {
            once.stop();
          }
          ++ended;
        }
      });
    all.wait();
    EXPECT_EQ(ended, 180U);
    EXPECT_EQ(wrong, 0U);
    // Those that were due have fired by a moment later; each start has one end.
    for (int i = 0; i < 2000 && fired + stopped != started; ++i)
      runnel::sleep_for(1ms);
    EXPECT_EQ(fired + stopped, started);
  });
}

} // namespace
