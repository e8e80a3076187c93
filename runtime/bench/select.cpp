// One receiver selects over k unbuffered channels with a sender each; an operation is a message.
// Two and eight cases are written out, with handlers, and made once, before the loop; 64 are a
// run-time list, as a program with so many would have it. select8idle has one active sender among
// eight channels, so that the receiver parks on all of them for nearly every message.
#include "harness.h"

#include <runnel/runnel.h>

#include <optional>
#include <span>

using runnel::on_recv;
using wire = runnel::channel<std::uint64_t>;

static std::uint64_t receive2(const std::vector<wire>& c, std::uint64_t n) {
  std::uint64_t sum = 0;
  const auto add = [&](std::optional<std::uint64_t> v) { sum += *v; };
  auto case0 = on_recv(c[0], add), case1 = on_recv(c[1], add);
  for (std::uint64_t i = 0; i < n; ++i)
    runnel::select(case0, case1);
  return sum;
}

static std::uint64_t receive8(const std::vector<wire>& c, std::uint64_t n) {
  std::uint64_t sum = 0;
  const auto add = [&](std::optional<std::uint64_t> v) { sum += *v; };
  auto case0 = on_recv(c[0], add), case1 = on_recv(c[1], add), case2 = on_recv(c[2], add),
       case3 = on_recv(c[3], add), case4 = on_recv(c[4], add), case5 = on_recv(c[5], add),
       case6 = on_recv(c[6], add), case7 = on_recv(c[7], add);
  for (std::uint64_t i = 0; i < n; ++i)
    runnel::select(case0, case1, case2, case3, case4, case5, case6, case7);
  return sum;
}

static std::uint64_t receive_list(const std::vector<wire>& c, std::uint64_t n) {
  std::uint64_t sum = 0;
  std::vector<runnel::any_case> cases;
  for (const auto& from : c)
    cases.emplace_back(on_recv(from, [&](std::optional<std::uint64_t> v) { sum += *v; }));
  for (std::uint64_t i = 0; i < n; ++i)
    runnel::select(std::span(cases));
  return sum;
}

template <class Receive>
static bench::result over(std::uint64_t k, std::uint64_t n, Receive receive) {
  const std::uint64_t each = n / k;
  std::vector<wire> c(k);
  bench::stopwatch watch;
  for (const auto& out : c)
    runnel::go([=] {
      for (std::uint64_t i = 0; i < each; ++i)
        out.send(i);
    });
  const std::uint64_t sum = receive(c, each * k);
  auto r = watch.per(each * k);
  bench::check(sum == k * (each * (each - 1) / 2), "select");
  return r;
}

static bench::result idle(const bench::args& a) {
  std::vector<wire> c(8);
  bench::stopwatch watch;
  runnel::go([out = c[4], n = a.n] {
    for (std::uint64_t i = 0; i < n; ++i)
      out.send(i);
  });
  const std::uint64_t sum = receive8(c, a.n);
  auto r = watch.per(a.n);
  bench::check(sum == a.n * (a.n - 1) / 2, "select8idle");
  return r;
}

static const bench::workload two{"select2",
                                 [](const bench::args& a) { return over(2, a.n, receive2); }};
static const bench::workload eight{"select8",
                                   [](const bench::args& a) { return over(8, a.n, receive8); }};
static const bench::workload many{"select64",
                                  [](const bench::args& a) { return over(64, a.n, receive_list); }};
static const bench::workload sparse{"select8idle", idle};
