// src/chan/chan_core.cpp: closing, and channels whose ends go away. Everybody wakes, nothing is
// lost that was sent, and the channel is freed once, by whoever is last.
#include "protocols/scheduler.h"

#include "runnel/channel.h"

#include <gtest/gtest.h>
#include <memory>

namespace runnel::model {
namespace {

/// -1: the channel closed.
int recv(const receiver<int>& c) {
  const std::optional<int> v = c.recv();
  return v ? *v : -1;
}
bool send(const sender<int>& c, int v) {
  try {
    c.send(v);
    return true;
  } catch (const send_on_closed&) { return false; }
}

void close_against_send(std::size_t capacity) {
  const actors who;
  channel<int> c(capacity);
  bool sent = false;
  int got = 0;
  in_parallel([&] { sent = send(c, 7); }, [&] { got = recv(c); }, [&] { c.close(); });
  RUNNEL_MODEL_REQUIRE(sent == (got == 7) && sent != (got == -1));
  cover(sent ? "sent" : "closed");
}

void close_wakes_two_receivers() {
  const actors who;
  channel<int> c;
  int before = 0;
  const auto run = [&] {
    RUNNEL_MODEL_REQUIRE(recv(c) == -1);
    RUNNEL_MODEL_REQUIRE(before == 1); // close happens before the receive that sees it
  };
  in_parallel(run, run, [&] {
    before = 1;
    c.close();
  });
}

void closed_is_seen_by_trying() {
  const actors who;
  channel<int> c(1);
  int before = 0;
  in_parallel(
      [&] {
        before = 1;
        c.close();
      },
      [&] {
        const auto r = c.try_recv();
        if (r.status() == recv_status::closed) {
          cover("closed");
          RUNNEL_MODEL_REQUIRE(before == 1);
        }
        int v = 1;
        const send_status s = c.try_send(v);
        RUNNEL_MODEL_REQUIRE(r.status() != recv_status::closed || s == send_status::closed);
      });
}

void two_closers() {
  const actors who;
  channel<int> c;
  atomic<int> wins{0};
  const auto run = [&] {
    (void)c.try_recv(); // has looked at it before
    try {
      c.close();
      wins.fetch_add(1, rlx);
    } catch (const close_of_closed&) {}
  };
  in_parallel(run, run);
  RUNNEL_MODEL_REQUIRE(wins.load(rlx) == 1);
}

// The last sender goes: the receiver wakes. Both threads give up their ends; one frees the channel.
void last_sender_goes() {
  const actors who;
  auto [tx, rx] = make_channel<int>();
  in_parallel([s = std::make_shared<sender<int>>(std::move(tx))]() mutable { s.reset(); },
              [r = std::make_shared<receiver<int>>(std::move(rx))]() mutable {
                RUNNEL_MODEL_REQUIRE(recv(*r) == -1);
                r.reset();
              });
}

void last_receiver_goes() {
  const actors who;
  auto [tx, rx] = make_channel<int>();
  in_parallel(
      [s = std::make_shared<sender<int>>(std::move(tx))]() mutable {
        RUNNEL_MODEL_REQUIRE(!send(*s, 1));
        s.reset();
      },
      [r = std::make_shared<receiver<int>>(std::move(rx))]() mutable { r.reset(); });
}

// A value that nobody receives is destroyed, once (or this leaks, or frees twice).
void unreceived_value() {
  const actors who;
  auto ends = make_channel<std::unique_ptr<int>>(1);
  in_parallel(
      [s = std::make_shared<sender<std::unique_ptr<int>>>(std::move(ends.first))]() mutable {
        try {
          s->send(std::make_unique<int>(1));
          cover("sent");
        } catch (const send_on_closed&) { cover("nobody there"); }
        s.reset();
      },
      [r = std::make_shared<receiver<std::unique_ptr<int>>>(std::move(ends.second))]() mutable {
        r.reset();
      });
}

// Two handles of one side: only the last closes.
void two_senders_go() {
  const actors who;
  auto [tx, rx] = make_channel<int>(2);
  sender<int> other = tx;
  const auto run = [](std::shared_ptr<sender<int>>& s, int v) {
    RUNNEL_MODEL_REQUIRE(send(*s, v));
    s.reset();
  };
  int a = 0, b = 0, c = 0;
  in_parallel([&, s = std::make_shared<sender<int>>(std::move(tx))]() mutable { run(s, 1); },
              [&, s = std::make_shared<sender<int>>(std::move(other))]() mutable { run(s, 2); });
  a = recv(rx);
  b = recv(rx);
  c = recv(rx);
  RUNNEL_MODEL_REQUIRE(a + b == 3 && c == -1);
}

// The whole handle goes on both sides at once.
void both_ends_of_both_threads() {
  const actors who;
  channel<int> c(1);
  channel<int> copy = c;
  in_parallel([h = std::make_shared<channel<int>>(std::move(c))]() mutable { h.reset(); },
              [h = std::make_shared<channel<int>>(std::move(copy))]() mutable { h.reset(); });
}

const protocol closing{
    .name = "closing",
    .files = {"chan_core.cpp", "chan_core.h"},
    .scenarios = {{.name = "close against send",
                   .body = [] { close_against_send(0); },
                   .must_cover = {"sent", "closed"},
                   .heavy = true},
                  {.name = "close against send, buffer of one",
                   .body = [] { close_against_send(1); },
                   .must_cover = {"sent", "closed"},
                   .heavy = true},
                  {.name = "close wakes two receivers", .body = close_wakes_two_receivers},
                  {.name = "closed is seen by trying",
                   .body = closed_is_seen_by_trying,
                   .must_cover = {"closed"}},
                  {.name = "two closers", .body = two_closers},
                  {.name = "the last sender goes", .body = last_sender_goes},
                  {.name = "the last receiver goes", .body = last_receiver_goes},
                  {.name = "a value that nobody receives",
                   .body = unreceived_value,
                   .must_cover = {"sent", "nobody there"}},
                  {.name = "two senders go", .body = two_senders_go},
                  {.name = "both ends of both threads", .body = both_ends_of_both_threads}}};

TEST(Closing, Holds) { expect_holds(closing); }
TEST(Closing, EveryBreakageIsCaught) { expect_all_caught(closing); }

} // namespace
} // namespace runnel::model
