// Contexts that are passed on, or are new for a reason.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <string>
using namespace std::chrono_literals;
using runnel::context;

int fetch(context ctx, const std::string& url);
int load(const std::string& file);
int load(context ctx, const std::string& file);
int measure(const std::string& text);
void flush(context ctx);
runnel::channel<int> jobs;

// trap: passed
int passed(context ctx) { return fetch(ctx, "a"); }
// trap: what is made of it is passed
int derived(context ctx) {
  auto [mine, cancel] = runnel::with_timeout(ctx, 1s);
  return fetch(mine, "b");
}
// trap: none was given
int root() { return fetch(context::background(), "c"); }
// trap: the given one has ended, and this must be done nevertheless
void shuts_down(context ctx) {
  ctx.done().recv();
  auto [grace, cancel] = runnel::with_timeout(context::background(), 5s);
  flush(grace);
}
// trap: the same, in a select
void serves(context ctx) {
  for (;;) {
    auto job = runnel::on_recv(jobs);
    auto end = runnel::on_recv(ctx.done());
    if (runnel::select(job, end) == end) {
      flush(context::background());
      return;
    }
  }
}
// trap: asked first
void asks(context ctx) {
  if (ctx.err())
    flush(context::background());
  else
    flush(ctx);
}
// trap: another call cleans up after one that failed
int cleans_up(context ctx) {
  if (fetch(ctx, "j") < 0)
    flush(context::background());
  return 0;
}
// trap: the same call, once the context has ended
bool ended(context ctx);
int last_try(context ctx) {
  fetch(ctx, "k");
  if (ended(ctx) || ctx.err())
    return fetch(context::background(), "k");
  return 0;
}
// trap: a group of the context, and one where none was given
void groups(context ctx) {
  runnel::group g(ctx);
  g.go([] {});
}
void own_group() {
  runnel::group g(context::background());
  g.go([] {});
}
// trap: a goroutine that is to go on
void detached(context ctx) {
  fetch(ctx, "d");
  runnel::go([] { flush(context::background()); });
}
// trap: and one that is started by name
void detached_by_name(context ctx) {
  fetch(ctx, "d");
  runnel::go(flush, context::background());
}
// trap: the handler of the end
void handler(context ctx) {
  runnel::select(runnel::on_recv(jobs, [](std::optional<int>) {}),
                 runnel::on_recv(ctx.done(), [] { flush(context::background()); }));
}
// trap: no other overload
int no_overload(context) { return measure("e"); }
// trap: another overload, which is called
int right_overload(context ctx) { return load(ctx, "f"); }
// trap: the overload that takes a context is written with the other
int load(context ctx, const std::string& file) {
  if (ctx.err())
    return 0;
  return load(file);
}
// trap: not named: an interface that is kept to
int unnamed(context) { return fetch(context::background(), "g"); }
// trap: the work of a destructor is not the caller's
struct Session {
  context ctx;
  ~Session() { flush(context::background()); }
};
// trap: two, of which the one is made for the other
class Pool {
public:
  Pool() : cancel_(runnel::with_cancel(context::background())) {}
  int get(context ctx) { return fetch(ctx, "h"); }

private:
  std::pair<context, runnel::cancel_source> cancel_;
};
// trap: a context in a member, not given
struct Worker {
  context ctx_;
  int run() { return fetch(ctx_, "i"); }
};

int main() {
  auto bg = context::background();
  passed(bg), derived(bg), root(), shuts_down(bg), serves(bg), asks(bg), detached(bg);
  handler(bg), no_overload(bg), right_overload(bg), unnamed(bg);
  cleans_up(bg), last_try(bg), groups(bg), own_group();
  Session s{bg};
  Pool().get(bg);
  Worker{bg}.run();
}
