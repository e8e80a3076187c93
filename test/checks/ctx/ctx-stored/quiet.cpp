// Contexts that are passed, or travel with what they belong to.
// flags: -isystem %runtime
#include <functional>
#include <runnel/runnel.h>
#include <string>
#include <utility>
#include <vector>

// trap: passed to each call
class Client {
  std::string host_;

public:
  int get(runnel::context ctx, const std::string& path);
};

// trap: arguments in a bundle
struct Options {
  runnel::context ctx;
  int tries = 3;
};
void run(Options o);

// trap: a request that travels over a channel, with its context
class Request {
  runnel::context ctx_;
  int id_;

public:
  Request(runnel::context ctx, int id) : ctx_(std::move(ctx)), id_(id) {}
  int answer() const { return id_; }
};
runnel::channel<Request> requests;

// trap: captured by what is started
void starts(runnel::context ctx) {
  runnel::go([ctx] { ctx.done().recv(); });
}

// trap: what cancels is kept, not what is cancelled
class Server {
  runnel::cancel_source stop_;

public:
  explicit Server(runnel::cancel_source stop) : stop_(std::move(stop)) {}
  void stop() { stop_(); }
};

// trap: a local
int local() {
  runnel::context ctx = runnel::context::background();
  return ctx.err() ? 1 : 0;
}

int main() {
  run({runnel::context::background()});
  starts(runnel::context::background());
}
