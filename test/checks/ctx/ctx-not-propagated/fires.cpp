// Calls that get a new context where one was given.
// flags: -isystem %runtime
#include <runnel/runnel.h>
#include <string>
using namespace std::chrono_literals;
using runnel::context;

int fetch(context ctx, const std::string& url);
int query(const std::string& sql, context ctx);
int load(const std::string& file);
int load(context ctx, const std::string& file) { return ctx.err() ? 0 : load(file); }
void serve(context ctx, int port);

int direct(context ctx) { // note: "the context it was given"
  return fetch(context::background(), "a"); // expect: ctx-not-propagated "'fetch' gets a context that never ends instead of 'ctx'"
}
int last_parameter(const context& request) {
  return query("select", context::background()); // expect: ctx-not-propagated "instead of 'request'"
}
int variable(context ctx) {
  auto root = context::background(); // expect: ctx-not-propagated
  return fetch(root, "b");
}
int derived(context ctx) {
  auto [mine, cancel] = runnel::with_timeout(context::background(), 1s); // expect: ctx-not-propagated "'with_timeout' gets a context"
  return fetch(mine, "c");
}
int other_overload(context ctx) {
  return load("d"); // expect: ctx-not-propagated "'load' is called without 'ctx', which its other overload takes"
}
void starts(context ctx) {
  runnel::wait_group all;
  all.go([ctx] {
    fetch(ctx, "e");
  });
  serve(context::background(), 80); // expect: ctx-not-propagated "'serve'"
  all.wait();
}
int in_a_lambda(context ctx) {
  auto ask = [&ctx](const std::string& url) {
    if (url.empty())
      return fetch(ctx, url);
    return fetch(context::background(), url); // expect: ctx-not-propagated
  };
  return ask("f");
}
int asks_again(context ctx) {
  if (fetch(ctx, "h") < 0)
    return fetch(context::background(), "h"); // expect: ctx-not-propagated "'fetch'"
  return 0;
}
void grouped(context ctx) {
  runnel::group g(context::background()); // expect: ctx-not-propagated "'g' gets a context that never ends instead of 'ctx'"
  g.go([=] { fetch(ctx, "i"); });
  g.wait();
}

class Client {
public:
  int get(context ctx, const std::string& url) const;
  int get(const std::string& url) const;
  int twice(context ctx, const std::string& url) const {
    return get(url) + // expect: ctx-not-propagated "'Client::get' is called without 'ctx'"
           get(ctx, url);
  }
  int both(context ctx) const {
    return get(context::background(), "g"); // expect: ctx-not-propagated "'Client::get'"
  }
};

int main() {
  auto bg = context::background();
  Client c;
  asks_again(bg), grouped(bg);
  return direct(bg) + last_parameter(bg) + variable(bg) + derived(bg) + other_overload(bg) +
         in_a_lambda(bg) + c.twice(bg, "") + c.both(bg);
}
