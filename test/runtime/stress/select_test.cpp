// Tokens that wander through a net of channels by selects with sends and receives: none is lost,
// none is there twice, and the same select never takes two of its cases.

#include "stress.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using namespace stress;

namespace {

TEST(stress, wandering_tokens) {
  rounds("wandering tokens", 120, [](stress::random& rng) {
    const unsigned places = 2 + rng.below(6), movers = 2 + rng.below(10);
    std::vector<runnel::channel<std::uint64_t>> net;
    for (unsigned i = 0; i < places; ++i)
      net.emplace_back(rng.any_of<std::size_t>({0, 1, 4}));
    auto [ctx, cancel] = runnel::with_cancel(runnel::context::background());
    ledger made, found;
    std::atomic<std::uint64_t> moves = 0;
    crew all;
    for (unsigned p = 0; p < movers; ++p)
      all.add(rng, [&, ctx = ctx, p, mine = rng.fork()]() mutable {
        std::vector<std::uint64_t> hold;
        for (unsigned i = 0, n = mine.below(4); i < n; ++i) {
          hold.push_back(p * 1000 + i);
          made.add(hold.back());
        }
        while (!ctx.err()) {
          auto a = runnel::on_recv(net[mine.below(places)]);
          auto b = runnel::on_recv(net[mine.below(places)]);
          // Without a token to give both sends are on nil channels.
          const auto give = hold.empty() ? 0 : hold.back();
          auto to = [&] {
            return hold.empty() ? runnel::channel<std::uint64_t>(nullptr) : net[mine.below(places)];
          };
          auto c = runnel::on_send(to(), give), d = runnel::on_send(to(), give);
          auto won = mine.one_in(3) ? runnel::select(a, b, c, d, runnel::on_recv(ctx.done()),
                                                     runnel::on_timeout(mine.up_to(200us)))
                                    : runnel::select(a, c, d, b, runnel::on_recv(ctx.done()));
          if ((won == a) + (won == b) + (won == c) + (won == d) > 1)
            ADD_FAILURE() << "two cases won";
          if (won == a && a)
            hold.push_back(*a);
          if (won == b && b)
            hold.push_back(*b);
          if (won == c || won == d)
            hold.pop_back();
          moves.fetch_add(1, std::memory_order_relaxed);
          dawdle(mine);
        }
        for (auto v : hold)
          found.add(v);
      });
    runnel::sleep_for(1ms + rng.up_to(4ms));
    cancel();
    all.wait();
    for (auto& c : net)
      while (auto v = c.try_recv())
        found.add(*v);
    EXPECT_EQ(made, found) << made.count() << " made, " << found.count() << " found after "
                           << moves.load() << " moves";
  });
}

// Lists of cases made at run time, long enough for the other ways of choosing and sorting.
TEST(stress, long_lists_of_cases) {
  rounds("long lists of cases", 60, [](stress::random& rng) {
    const unsigned lanes = 1 + rng.below(100), senders = 1 + rng.below(8);
    std::vector<runnel::channel<std::uint64_t>> lane;
    for (unsigned i = 0; i < lanes; ++i)
      lane.emplace_back(rng.any_of<std::size_t>({0, 1, 3}));
    ledger sent, received;
    crew sending, receiving;
    for (unsigned p = 0; p < senders; ++p)
      sending.add(rng, [&, p, mine = rng.fork()]() mutable {
        for (unsigned i = 0; i < 100; ++i) {
          lane[mine.below(lanes)].send(p * 1000 + i);
          sent.add(p * 1000 + i);
          dawdle(mine);
        }
      });
    for (unsigned p = 0; p < 3; ++p)
      receiving.add(rng, [&, mine = rng.fork()]() mutable {
        std::vector<bool> ended(lanes);
        bool mine_ended = false;
        std::vector<runnel::any_case> cases;
        std::vector<unsigned> of; // which lane a case is for
        for (unsigned open = lanes; open > 0;) {
          if (cases.size() != open) {
            cases.clear();
            of.clear();
            for (unsigned i = 0; i < lanes; ++i)
              if (!ended[i]) {
                of.push_back(i);
                cases.emplace_back(runnel::on_recv(lane[i], [&](std::optional<std::uint64_t> v) {
                  v ? received.add(*v) : void(mine_ended = true);
                }));
              }
          }
          auto won = runnel::select(std::span(cases)).index();
          if (std::exchange(mine_ended, false)) {
            ended[of[won]] = true;
            --open;
          }
          dawdle(mine);
        }
      });
    sending.wait();
    for (auto& c : lane)
      c.close();
    receiving.wait();
    EXPECT_EQ(sent, received) << sent.count() << " sent, " << received.count() << " received";
  });
}

} // namespace
