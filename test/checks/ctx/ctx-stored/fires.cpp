// Contexts that objects keep.
// flags: -isystem %runtime
#include <memory>
#include <optional>
#include <runnel/runnel.h>
#include <string>
#include <utility>

class Client {
  runnel::context ctx_; // expect: ctx-stored "'Client' keeps the context 'ctx_', so all of its calls end with the one it was made for"
  std::string host_;

public:
  explicit Client(runnel::context ctx) : ctx_(std::move(ctx)) {}
  int get(const std::string& path);
};

struct Pool {
  explicit Pool(runnel::context ctx) : parent(ctx) {}
  void add();
  std::optional<runnel::context> parent; // expect: ctx-stored "'Pool' keeps the context 'parent'"
};

class Lazy {
  std::shared_ptr<runnel::context> ctx_; // expect: ctx-stored
public:
  void set(runnel::context ctx) { ctx_ = std::make_shared<runnel::context>(ctx); }
};

class Refers {
  const runnel::context& ctx_; // expect: ctx-stored
public:
  explicit Refers(const runnel::context& ctx) : ctx_(ctx) {}
  bool ended() const { return bool(ctx_.err()); }
};
