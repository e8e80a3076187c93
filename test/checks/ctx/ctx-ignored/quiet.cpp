// Waits that end with the context, or are short, or end by themselves.
// flags: -isystem %runtime
#include <runnel/runnel.h>
using namespace std::chrono_literals;
using runnel::context, runnel::on_recv, runnel::on_send, runnel::on_timeout, runnel::select;

runnel::channel<int> results;
int compute(context ctx);
runnel::receiver<int> numbers(context ctx);
void produce(context ctx, runnel::channel<int> out);

// trap: waits for the context too
void sends(context ctx, runnel::sender<int> out) {
  select(on_send(out, compute(ctx)), on_recv(ctx.done()));
}
void by_name(context ctx, runnel::channel<int> in) {
  for (;;) {
    auto next = on_recv(in);
    auto end = on_recv(ctx.done());
    if (select(next, end) == end)
      return;
  }
}
// trap: a context made of it
int derived(context ctx, runnel::channel<int> in) {
  auto [mine, cancel] = runnel::with_timeout(ctx, 1s);
  auto next = on_recv(in);
  select(next, on_recv(mine.done()));
  return next ? 1 : 0;
}
// trap: waits for nothing but its end
void waits(context ctx) { ctx.done().recv(); }
// trap: looks again in a while
void polls(context ctx, runnel::channel<int> in) {
  while (!ctx.err())
    select(on_recv(in), on_timeout(10ms));
}
// trap: does not wait
void tries(context ctx, runnel::channel<int> out) {
  int v = compute(ctx);
  (void)out.try_send(v);
  (void)out.recv_for(1s);
}
// trap: what sends was given the context
int pipeline(context ctx) {
  int sum = 0;
  for (int v : numbers(ctx))
    sum += v;
  auto more = numbers(ctx);
  while (auto v = more.recv())
    sum += *v;
  return sum;
}
int partner(context ctx, runnel::channel<int> c) {
  runnel::go(produce, ctx, c);
  return *c.recv();
}
int own(context ctx) {
  runnel::channel<int> reply(1);
  runnel::go([=] { reply.send(compute(ctx)); });
  return *reply.recv();
}
// trap: closed by whoever sends, and the context goes elsewhere
void ranges(context ctx, runnel::receiver<int> in) {
  for (int v : in)
    (void)(v + compute(ctx));
}
// trap: has no context
void none(runnel::channel<int> in) { (void)in.recv(); }
// trap: does not name it
void unnamed(context, runnel::channel<int> in) { (void)in.recv(); }
// trap: a reply channel that comes with the request: room for one, as a rule
struct Request {
  int id;
  runnel::channel<int> reply;
};
void answers(context ctx, Request r) { r.reply.send(r.id + compute(ctx)); }
// trap: joins what was given the context
void joins(context ctx) {
  runnel::wait_group all;
  all.go([=] { compute(ctx); });
  all.wait();
}
// trap: the ticks come by themselves
void ticks(context ctx) {
  runnel::ticker t(1s);
  while (!ctx.err())
    select(on_recv(t.c()), on_recv(ctx.done()));
}
// trap: a timer
void timer(context ctx) {
  runnel::timer t(1s);
  if (!ctx.err())
    t.c().recv();
}

int main() {
  auto bg = context::background();
  runnel::channel<int> a;
  sends(bg, a), by_name(bg, a), derived(bg, a), waits(bg), polls(bg, a), tries(bg, a);
  pipeline(bg), partner(bg, a), own(bg), ranges(bg, a), none(a), unnamed(bg, a);
  answers(bg, {1, a}), joins(bg), ticks(bg), timer(bg);
}
